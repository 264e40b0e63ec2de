"""The wiring of the gateway, apart from the neurons': only it needs the HTTP libraries."""

from collections.abc import Callable

from dependency_injector import containers, providers

from reasonforge import __version__
from reasonforge.adapters.http.access_tokens import JwtAccessTokens
from reasonforge.adapters.http.address_book import SystemAddressBook
from reasonforge.adapters.http.broadcast import Broadcast
from reasonforge.adapters.http.schemas.tasks import webhook_body
from reasonforge.adapters.http.services import GatewayServices
from reasonforge.adapters.sqlalchemy.access_keys import SqlAlchemyAccessKeys
from reasonforge.adapters.sqlalchemy.database import Database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.sqlalchemy.outbox import SqlAlchemyOutbox
from reasonforge.adapters.sqlalchemy.public_record import SqlAlchemyPublicRecord
from reasonforge.adapters.sqlalchemy.user_tasks import SqlAlchemyUserTasks
from reasonforge.application.gateway.authenticate import Authenticate
from reasonforge.application.gateway.cancel_task import CancelTask
from reasonforge.application.gateway.deliver_webhooks import DeliverWebhooks
from reasonforge.application.gateway.exchange_token import ExchangeToken
from reasonforge.application.gateway.follow_events import FollowEvents
from reasonforge.application.gateway.list_tasks import ListTasks
from reasonforge.application.gateway.meter_usage import MeterUsage
from reasonforge.application.gateway.read_result import ReadResult
from reasonforge.application.gateway.report_service import ReportService
from reasonforge.application.gateway.submit_task import SubmitTask
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.webhooks import WebhookSender


class GatewayAdapters(containers.DeclarativeContainer):
    """The gateway's adapters over one database."""

    database = providers.Dependency(instance_of=Database)
    clock: providers.Dependency[Clock] = providers.Dependency()
    pepper = providers.Dependency(instance_of=bytes)
    webhook_sender: providers.Dependency[WebhookSender] = providers.Dependency()

    keys = providers.Singleton(SqlAlchemyAccessKeys, database)
    tokens = providers.Singleton(JwtAccessTokens, pepper)
    tasks = providers.Singleton(SqlAlchemyUserTasks, database)
    outbox = providers.Singleton(SqlAlchemyOutbox, database)
    record = providers.Singleton(SqlAlchemyPublicRecord, database)
    events = providers.Singleton(SqlAlchemyEventLog, database)
    addresses = providers.Singleton(SystemAddressBook)


class Gateway(containers.DeclarativeContainer):
    """The gateway's use cases over any adapters."""

    adapters = providers.DependenciesContainer()
    plain_hosts = providers.Dependency(instance_of=frozenset, default=frozenset())
    most_queued = providers.Dependency(instance_of=int, default=10_000)
    draw: providers.Dependency[Callable[[int], bytes]] = providers.Dependency()

    authenticate = providers.Singleton(Authenticate, adapters.keys, adapters.tokens, adapters.clock, adapters.pepper)
    broadcast = providers.Singleton(Broadcast, providers.Singleton(FollowEvents, adapters.events))
    services = providers.Singleton(
        GatewayServices,
        authenticate=authenticate,
        submit_task=providers.Singleton(
            SubmitTask,
            tasks=adapters.tasks,
            addresses=adapters.addresses,
            clock=adapters.clock,
            draw=draw,
            plain_hosts=plain_hosts,
            most_queued=most_queued,
        ),
        read_result=providers.Singleton(ReadResult, adapters.tasks),
        list_tasks=providers.Singleton(ListTasks, adapters.tasks),
        cancel_task=providers.Singleton(CancelTask, adapters.tasks, adapters.clock),
        meter_usage=providers.Singleton(MeterUsage, adapters.tasks, adapters.clock),
        exchange_token=providers.Singleton(ExchangeToken, adapters.tokens, adapters.clock),
        report_service=providers.Singleton(ReportService, adapters.record, adapters.clock),
        record=adapters.record,
        broadcast=broadcast,
        clock=adapters.clock,
        version=__version__,
    )
    deliver_webhooks = providers.Singleton(
        DeliverWebhooks,
        outbox=adapters.outbox,
        addresses=adapters.addresses,
        sender=adapters.webhook_sender,
        clock=adapters.clock,
        pepper=adapters.pepper,
        body_of=providers.Object(webhook_body),
        plain_hosts=plain_hosts,
    )
