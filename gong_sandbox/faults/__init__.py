"""A proxy that injects faults between a client and the sandbox."""

from gong_sandbox.faults.corruption import CANNED_RESPONSES, REDIRECT_ORIGIN, ResponseCorruptor
from gong_sandbox.faults.definitions import (
    CONNECTION_FAILURES,
    ConnectionFailure,
    FailureMode,
    FailurePoint,
    Fault,
)
from gong_sandbox.faults.messages import RawResponse, Request
from gong_sandbox.faults.proxy import FaultProxy, FaultScript, RecordedExchange, fault_proxy

__all__ = [
    "CANNED_RESPONSES",
    "CONNECTION_FAILURES",
    "REDIRECT_ORIGIN",
    "ConnectionFailure",
    "FailureMode",
    "FailurePoint",
    "Fault",
    "FaultProxy",
    "FaultScript",
    "RawResponse",
    "RecordedExchange",
    "Request",
    "ResponseCorruptor",
    "fault_proxy",
]
