"""What every AddressBook and every WebhookSender promises."""

import asyncio
from abc import ABC, abstractmethod

import pytest

from reasonforge.application.ports.webhooks import AddressBook


class AddressBookContract(ABC):
    @abstractmethod
    def addresses(self) -> AddressBook: ...

    def test_a_number_is_its_own_address(self) -> None:
        """What is an address already stays one."""
        assert list(asyncio.run(self.addresses().resolve("127.0.0.1", 443))) == ["127.0.0.1"]

    @pytest.mark.parametrize("host", ["", "no.such.name.invalid", "a" * 300, "exa mple", "ÿ" * 70 + ".x", "\0"])
    def test_a_name_that_nobody_knows_has_none(self, host: str) -> None:
        """No name raises."""
        assert list(asyncio.run(self.addresses().resolve(host, 443))) == []
