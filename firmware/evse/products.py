"""The wallboxes that this program can be: what each one is, and the settings it comes with.

A product sets defaults, below whatever an installer, an operator or a command line says. Sources:
Cabur EV PLUS manual, 5 (technical data), 6.7 (power systems), 8.1.2 (three cards, 6 to 32 A); ETEK
EKEPC3 manual, 5.8.1.3, 5.8.1.7 and 5.8.1.8 (installation, 1000 cards, model).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from evse.settings.setting import Value

PHASES_CONNECTED = {1: "1P+N230V", 3: "3P+N400V"}
"""The number of phases to the choice of `installation.phases`."""


class PowerSystem(StrEnum):
    """How the supply is earthed (IEC 60364-1); TN stands for TN-S, TN-C and TN-C-S."""

    TN = "TN"
    TT = "TT"
    IT = "IT"


_EARTHED = frozenset({PowerSystem.TN, PowerSystem.TT})


@dataclass(frozen=True, slots=True)
class Product:
    """One wallbox.

    `phases`: to how many it can be connected, the usual number first. `captive_cable`: a cable with
    plug is fixed to it (case C); otherwise it has a socket with a lock (case B). `maximum_a`: per
    phase. `cards`: how many its own list holds. `look`: of its panel.
    """

    name: str
    vendor: str
    model: str
    phases: tuple[int, ...]
    captive_cable: bool
    maximum_a: float
    power_systems: frozenset[PowerSystem]
    look: str
    cards: int

    @property
    def socket_lock(self) -> bool:
        """Whether it holds the plug of the user's cable."""
        return not self.captive_cable

    @property
    def settings(self) -> Mapping[str, Value]:
        """The defaults of its settings, by their keys."""
        return MappingProxyType(
            {
                "manufacturer.vendor": self.vendor,
                "manufacturer.model": self.model,
                "installation.phases": PHASES_CONNECTED[self.phases[0]],
                "installation.cable": "Cable" if self.captive_cable else "Socket",
                "installation.max_output_current_a": self.maximum_a,
                "authorization.whitelist_capacity": self.cards,
                "panel.look": self.look,
            }
        )


def _cabur(model: str, phases: tuple[int, ...], *, captive_cable: bool) -> Product:
    """One of the EV PLUS; IT only for single-phase products (6.7, against the table of 5)."""
    return Product(
        name=model,
        vendor="Cabur",
        model=model,
        phases=phases,
        captive_cable=captive_cable,
        maximum_a=32.0,
        power_systems=_EARTHED | {PowerSystem.IT} if max(phases) == 1 else _EARTHED,
        look="cabur",
        cards=3,
    )


def _etek(model: str, *, captive_cable: bool) -> Product:
    """A wallbox around the controller EKEPC3, whose page has one phase until it is told three."""
    return Product(
        name=model,
        vendor="ETEK",
        model=model,
        phases=(1, 3),
        captive_cable=captive_cable,
        maximum_a=32.0,
        power_systems=_EARTHED,
        look="etek",
        cards=1000,
    )


_GENERIC = Product(
    name="generic",
    vendor="EVSE OCPP",
    model="Simulated",
    phases=(3, 1),
    captive_cable=False,
    maximum_a=32.0,
    power_systems=_EARTHED,
    look="etek",
    cards=100_000,
)
"""No product in particular: the defaults are those which the settings have anyway."""

PRODUCTS: Mapping[str, Product] = MappingProxyType(
    {
        product.name: product
        for product in (
            _GENERIC,
            _cabur("EVPLUS7C", (1,), captive_cable=True),
            _cabur("EVPLUS7S", (1,), captive_cable=False),
            _cabur("EVPLUS22C", (3, 1), captive_cable=True),
            _cabur("EVPLUS22S", (3, 1), captive_cable=False),
            _etek("EKEPC3-C", captive_cable=True),
            _etek("EKEPC3-S", captive_cable=False),
        )
    }
)
"""Every product by its name."""


def product(name: str) -> Product:
    """The product of this name. ValueError when there is none."""
    try:
        return PRODUCTS[name]
    except KeyError:
        raise ValueError(f"product: came {name!r}, allowed is {', '.join(PRODUCTS)}") from None
