"""How an update can end: the codes of the Cabur manual (page on upgrades), and our error."""

from enum import StrEnum


class Code(StrEnum):
    """What the display shows at the end of an update (Cabur manual, "100 UP" and following)."""

    DONE = "100 UP"
    """Upgrade success."""

    WRITE = "E01"
    """Upgrade failed: it could not be written or installed, or was taken back."""

    CHECKSUM = "E02"
    """The checksum that somebody gave is not that of the file."""

    TIMEOUT = "E03"
    """No valid data came within 15 s."""

    MISMATCH = "E04"
    """The file is not for this wallbox: no bundle, another product, not signed by whom we trust."""


class UpdateError(Exception):
    """An update that cannot be; the text says why, and what may be done about it.

    `code`: as the display shows it, None when nothing was begun. `status`: the HTTP status that
    says the same.
    """

    def __init__(self, text: str, code: Code | None = None, status: int = 422) -> None:
        super().__init__(text)
        self.code = code
        self.status = status


class Busy(UpdateError):  # noqa: N818 - what it is
    """Another update is under way."""

    def __init__(self) -> None:
        super().__init__("another update is under way: wait until it has ended", status=409)


class NoSlots(UpdateError):  # noqa: N818 - what is missing
    """This wallbox is not updated by itself."""

    def __init__(self) -> None:
        super().__init__(
            "this wallbox is updated by its system: it was not installed with slots", status=409
        )


class TooLarge(UpdateError):  # noqa: N818 - what it is
    """The file has more bytes than any bundle."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(
            f"the file is too large: allowed are {most_bytes} bytes", Code.WRITE, status=413
        )


class NoRoom(UpdateError):  # noqa: N818 - what is missing
    """The disk is too full."""

    def __init__(self, needed_bytes: int, free_bytes: int) -> None:
        super().__init__(
            f"the disk is too full: {needed_bytes} bytes are needed, {free_bytes} are free",
            Code.WRITE,
            status=507,
        )


class Mismatch(UpdateError):  # noqa: N818 - what it is
    """The file is not a bundle for this wallbox."""

    def __init__(self, text: str) -> None:
        super().__init__(text, Code.MISMATCH)
