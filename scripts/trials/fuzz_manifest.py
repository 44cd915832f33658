"""The manifest of a bundle and its signature, and what the feed says.

Promised: a manifest that can be, or a Mismatch; what is read is the same after it was written.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evse.update.codes import Mismatch
from evse.update.manifest import Manifest, Wheel
from evse.update.trust import TrustedKeys, key_id, sign
from evse.update.versions import Version, python_fits
from scripts.trials.fuzzing import Stream, Target, promise, trial

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = TrustedKeys({key_id(KEY.public_key()): KEY.public_key()})
WHEEL = Wheel("evse_firmware-1.2.3-py3-none-any.whl", 7, "0" * 64)
GOOD = Manifest("1.2.3", ">=3.11,<3.15", "x86_64", "1.0.0", "2026-11-26T00:00:00Z", (WHEEL,))


def entry(data: bytes) -> None:
    """A byte: a manifest, or a signature of the good one."""
    stream = Stream(data)
    if stream.byte() & 1:
        signed = stream.rest()
        try:
            KEYS.check(GOOD.content(), signed)
        except Mismatch as error:
            promise(len(str(error)) < 2000, "a refusal without end")
        return
    try:
        manifest = Manifest.parse(stream.rest())
    except Mismatch as error:
        promise(len(str(error)) < 4000, "a refusal without end")
        return
    promise(Manifest.parse(manifest.content()) == manifest, "another after it was written")
    promise(manifest.size > 0, "wheels of no size")
    try:
        manifest.fits(Version("1.2.2"), (3, 11), "x86_64")
    except Mismatch:
        return
    promise(python_fits(manifest.requires_python, (3, 11)), "for another Python")


TARGET = Target(
    entry,
    seeds=[
        b"\0" + GOOD.content(),
        b"\0" + GOOD.content().replace(b'"size": 7', b'"size": -7'),
        b"\1" + sign(GOOD.content(), KEY),
    ],
    words=[
        *(f'"{name}": '.encode() for name in Manifest.__dataclass_fields__),
        *(f'"{name}": '.encode() for name in Wheel.__dataclass_fields__),
        b"null",
        b"-1",
        b"1.5",
        b'"1"',
        b"true",
        b"1e999",
        b"NaN",
        b"[",
        b"{",
        b'"2026-11-26"',
    ],
    longest=1200,
)

run = trial(__name__)
