"""A key's own figures and tokens, and the service's health."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from reasonforge.application.gateway.exchange_token import IssuedToken
from reasonforge.application.gateway.meter_usage import Usage
from reasonforge.application.gateway.report_service import ServiceHealth
from reasonforge.domain.access_key import AccessKey


class UsageResponse(BaseModel):
    """What the key used of its calendar month (UTC); `quota` and `remaining` are null without a limit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key_id": "3f0a1b2c3d4e5f6071",
                    "tier": "free",
                    "month": "2026-01",
                    "used": 12,
                    "quota": 100,
                    "remaining": 88,
                    "resets_at": 1769904000.0,
                }
            ]
        }
    )

    key_id: str
    tier: str
    month: str
    used: int
    quota: int | None
    remaining: int | None
    resets_at: float = Field(description="UTC seconds")

    @classmethod
    def of(cls, key: AccessKey, usage: Usage) -> Self:
        return cls(
            key_id=key.id,
            tier=key.tier.value,
            month=usage.month,
            used=usage.used,
            quota=usage.quota,
            remaining=None if usage.quota is None else max(0, usage.quota - usage.used),
            resets_at=usage.resets_at,
        )


class TokenResponse(BaseModel):
    """A token that stands for the key for a short time, as RFC 6749 §5.1 names its members."""

    access_token: str
    token_type: str
    expires_in: float = Field(description="Seconds")
    expires_at: float = Field(description="UTC seconds")

    @classmethod
    def of(cls, token: IssuedToken, now: float) -> Self:
        return cls(
            access_token=token.text,
            token_type="Bearer",  # noqa: S106 - the scheme's name
            expires_in=token.expires_at - now,
            expires_at=token.expires_at,
        )


class HealthResponse(BaseModel):
    """The service and what it depends on; ages in seconds, null where there was nothing yet."""

    status: str = Field(description="ok, or unavailable when the store cannot be reached.")
    version: str
    store: str
    last_epoch_age_seconds: float | None
    last_weights_age_seconds: float | None

    @classmethod
    def of(cls, health: ServiceHealth, version: str) -> Self:
        return cls(
            status="ok" if health.store else "unavailable",
            version=version,
            store="ok" if health.store else "unavailable",
            last_epoch_age_seconds=health.epoch_age,
            last_weights_age_seconds=health.weights_age,
        )


class LiveResponse(BaseModel):
    """That the process answers."""

    status: str
