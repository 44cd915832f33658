"""Why a device on a line gave no answer that can be used. Pure."""

from enum import StrEnum


class Failure(StrEnum):
    """The kinds, as they are counted and told."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    EXCEPTION = "exception"
    NONSENSE = "nonsense"
