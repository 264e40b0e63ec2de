"""The use cases that the routes call."""

from attrs import frozen

from reasonforge.adapters.http.broadcast import Broadcast
from reasonforge.application.gateway.authenticate import Authenticate
from reasonforge.application.gateway.cancel_task import CancelTask
from reasonforge.application.gateway.exchange_token import ExchangeToken
from reasonforge.application.gateway.list_tasks import ListTasks
from reasonforge.application.gateway.meter_usage import MeterUsage
from reasonforge.application.gateway.read_result import ReadResult
from reasonforge.application.gateway.report_service import ReportService
from reasonforge.application.gateway.submit_task import SubmitTask
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.public_record import PublicRecord


@frozen
class GatewayServices:
    """Everything behind the gateway's routes; `version` is the package's."""

    authenticate: Authenticate
    submit_task: SubmitTask
    read_result: ReadResult
    list_tasks: ListTasks
    cancel_task: CancelTask
    meter_usage: MeterUsage
    exchange_token: ExchangeToken
    report_service: ReportService
    record: PublicRecord
    broadcast: Broadcast
    clock: Clock
    version: str
