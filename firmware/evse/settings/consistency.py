"""Settings that contradict each other, each named with what came and what is allowed. Pure."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from evse.core.pilot import MINIMUM_A
from evse.core.timetable import zone
from evse.products import PHASES_CONNECTED, PRODUCTS, PowerSystem
from evse.settings import network, sharing
from evse.settings.boards import WITHOUT_WATCHDOG
from evse.settings.installation import CHARGER_POWER_W
from evse.settings.meter_maps import impossible_meters
from evse.settings.ports import clashes
from evse.settings.setting import Role, SettingError

Values = Mapping[str, Any]

MAINS_V = 230.0


def contradictions(values: Values) -> list[SettingError]:
    """Return everything that cannot be at once; `values` has every setting."""
    return [
        *_order(
            values,
            "protection.min_voltage_v",
            "protection.low_voltage_hysteresis_v",
            "protection.high_voltage_hysteresis_v",
            "protection.max_voltage_v",
        ),
        *_order(
            values, "protection.temperature_threshold_1_c", "protection.temperature_threshold_2_c"
        ),
        *_installation(values),
        *_product(values),
        *_time_zone(values),
        *_board(values),
        *clashes(values),
        *impossible_meters(values),
        *_watchdog(values),
        *_bounds(values),
        *_group(values),
        *_security(values),
        *network.contradictions(values),
        *_local_page(values),
    ]


def _security(values: Values) -> Iterator[SettingError]:
    profile = values["ocpp.security_profile"]
    if profile in (1, 2) and not values["ocpp.password"]:
        yield SettingError(
            "ocpp.security_profile", profile, "0 or 3 without an AuthorizationKey (ocpp.password)"
        )


def _local_page(values: Values) -> Iterator[SettingError]:
    """Who logs in must be told apart by the name, and a port serves one thing."""
    roles: dict[str, str] = {}
    for role in Role:
        key = f"system.{role}_login"
        name = values[key].lower()
        if name in roles:
            yield SettingError(
                key, values[key], "another name than that of the {role}", role=roles[name]
            )
        roles[name] = role
    if values["web.http_port"] == values["web.https_port"]:
        yield SettingError(
            "web.http_port", values["web.http_port"], "0, or another port than web.https_port"
        )
    if values["mqtt.enabled"] and not values["mqtt.url"]:
        yield SettingError("mqtt.url", "", "the address of the broker with mqtt.enabled")


def _order(values: Values, *keys: str) -> Iterator[SettingError]:
    for lower, higher in pairwise(keys):
        low, high = values[lower], values[higher]
        if low >= high:
            yield SettingError(
                lower, low, "less than {other}, which is {bound:g}", other=higher, bound=high
            )


def _installation(values: Values) -> Iterator[SettingError]:
    maximum_a = values["installation.max_output_current_a"]
    rating_a = values["installation.cable_rating_a"]
    if values["installation.cable"] == "Cable" and maximum_a > rating_a:
        yield SettingError(
            "installation.max_output_current_a",
            maximum_a,
            "at most installation.cable_rating_a, which is {most:g} A",
            most=rating_a,
        )
    three_phases = values["installation.phases"].startswith("3P")
    yield from _charger_power(values, 3 if three_phases else 1)
    if values["installation.power_system"] == "IT" and three_phases:
        # Cabur manual 6.7: "IT (only single-phase products are supported)".
        yield SettingError(
            "installation.power_system", "IT", "TN/TT with installation.phases = 3P+N400V"
        )


def _charger_power(values: Values, phases: int) -> Iterator[SettingError]:
    """The power that was chosen bounds the current for which the charger is built."""
    chosen = values["installation.charger_power"]
    power_w = CHARGER_POWER_W.get(chosen)
    if power_w is None:
        return
    most_a = power_w / (MAINS_V * phases)
    if values["installation.max_output_current_a"] > most_a:
        yield SettingError(
            "installation.max_output_current_a",
            values["installation.max_output_current_a"],
            "at most {most:.4g} A on {phases} phases with installation.charger_power = {chosen}",
            most=most_a,
            phases=phases,
            chosen=chosen,
        )


def _time_zone(values: Values) -> Iterator[SettingError]:
    name = values["installation.time_zone"]
    try:
        zone(name)
    except ValueError:
        yield SettingError(
            "installation.time_zone", name, "the IANA name of a time zone as Europe/Rome, or empty"
        )


def _product(values: Values) -> Iterator[SettingError]:
    """What a product cannot be wired to, or carry."""
    product = PRODUCTS[values["installation.product"]]
    if product.name == "generic":
        return
    phases = 3 if values["installation.phases"].startswith("3P") else 1
    if phases not in product.phases:
        allowed = " or ".join(PHASES_CONNECTED[number] for number in product.phases)
        yield SettingError(
            "installation.phases",
            values["installation.phases"],
            "{phases} for {product}",
            phases=allowed,
            product=product.name,
        )
    if values["installation.power_system"] == "IT" and PowerSystem.IT not in product.power_systems:
        yield SettingError(
            "installation.power_system", "IT", "TN/TT for {product}", product=product.name
        )
    if values["installation.max_output_current_a"] > product.maximum_a:
        yield SettingError(
            "installation.max_output_current_a",
            values["installation.max_output_current_a"],
            "at most {most:g} A for {product}",
            most=product.maximum_a,
            product=product.name,
        )


def _board(values: Values) -> Iterator[SettingError]:
    kind = values["board.kind"]
    if kind not in {"simulated", "linux_io"} and not values["board.connection"]:
        yield SettingError("board.connection", "", "the serial line of the {kind}", kind=kind)
    if kind != "simulated" and values["simulation.speed"] != 1:
        yield SettingError(
            "simulation.speed", values["simulation.speed"], "1 with a real {kind}", kind=kind
        )


def _watchdog(values: Values) -> Iterator[SettingError]:
    """A board that goes on by itself must not hold a share of a current that others need."""
    if values["board.kind"] not in WITHOUT_WATCHDOG or values["board.accept_without_watchdog"]:
        return
    if values["loadmanagement.dlb_function"] != "Disable":
        yield SettingError(
            "loadmanagement.dlb_function",
            values["loadmanagement.dlb_function"],
            "Disable with board.kind = {kind}, which keeps its last current when this computer is "
            "dead (or board.accept_without_watchdog = true)",
            kind=values["board.kind"],
        )
    if values["installation.connectors"] != 1:
        yield SettingError(
            "installation.connectors",
            values["installation.connectors"],
            "1 with board.kind = {kind}, for the same reason",
            kind=values["board.kind"],
        )


def _group(values: Values) -> Iterator[SettingError]:
    """Load balancing among several wallboxes (DLM) needs others; these live in real time."""
    yield from sharing.contradictions(values)
    alone = values["installation.connection_mode"] == sharing.ALONE
    if values["loadmanagement.dlb_function"] == "DLM" and alone:
        yield SettingError(
            "loadmanagement.dlb_function",
            "DLM",
            "Disable or DLB with installation.connection_mode = {mode}",
            mode=sharing.ALONE,
        )
    if alone:
        return
    if values["simulation.speed"] != 1:
        yield SettingError("simulation.speed", values["simulation.speed"], "1 in a group")
    fallback_a = values["dlb.fallback_current_a"]
    needed_a = (values["installation.slave_number"] + 1) * values["sharing.guaranteed_a"]
    leads = values["installation.connection_mode"] == sharing.LEADS
    if leads and values["loadmanagement.dlb_function"] != "Disable" and needed_a > fallback_a:
        yield SettingError(
            "dlb.fallback_current_a",
            fallback_a,
            "at least {least:g} A, the agreed shares of all wallboxes together",
            least=needed_a,
        )


def _bounds(values: Values) -> Iterator[SettingError]:
    """A bound below what any car needs would forbid charging for ever."""
    phases = 3 if values["installation.phases"].startswith("3P") else 1
    least_kw = MINIMUM_A * phases * MAINS_V / 1000.0
    for key, least, unit in (
        ("dlb.contract_kw", least_kw, "kW"),
        ("dlb.capacity_kw", least_kw, "kW"),
        ("dlb.unbalance_a", MINIMUM_A, "A"),
    ):
        if 0 < values[key] < least:
            yield SettingError(
                key,
                values[key],
                "0, or at least {least:g} {unit}: less never lets a car charge",
                least=least,
                unit=unit,
            )
