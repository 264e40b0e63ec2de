"""The stream's events."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from reasonforge.application.ports.event_log import EventKind, LoggedEvent


class StreamEvent(BaseModel):
    """One event, the same over WebSocket (a JSON text message) and SSE (`id`, `event` and `data` with this object)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 17,
                    "type": "task_scored",
                    "at": 1767225600.0,
                    "data": {
                        "epoch": 41,
                        "validator": "5F3sa2TJAWMqDhXG6jhV4N8ko9SxwGy8TpaNS1repo5EYjQX",
                        "index": 3,
                        "of": 12,
                        "domain": "causal",
                        "difficulty": 4,
                        "asked": 16,
                        "answered": 15,
                        "right": 9,
                        "average_cms": 0.52,
                    },
                }
            ]
        }
    )

    id: int
    type: EventKind
    at: float = Field(description="UTC seconds")
    data: dict[str, Any]

    @classmethod
    def of(cls, logged: LoggedEvent) -> Self:
        return cls(id=logged.id, type=logged.event.kind, at=logged.event.at, data=dict(logged.event.figures))
