"""The device model of OCPP 2.0.1 as configuration keys, and the reports that tell it.

A variable is named `Component.Variable`. An instance stands in brackets behind either, an EVSE
behind an @, its connector behind a colon: `SampledDataCtrlr.TxUpdatedMeasurands`,
`EVSE@1.AvailabilityState`, `Connector@1:2.ConnectorType`,
`DeviceDataCtrlr.ItemsPerMessage[GetReport]`.
Of the attributes only Actual is kept: it is what counts. `Entries` variables count what a list has;
the most that it can have is kept beside them, as `LocalAuthListCtrlr.Entries#maxLimit`.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from .charger import MAX_CONNECTORS, Charger, ConfigurationKey
from .fields import as_integer, as_list, as_number, as_object, as_text, optional

MAX_VARIABLES = 3000
"""A big station has some hundreds; more is a flood."""
MAX_VALUE_CHARS = 2500
"""ReportingValueSize of OCPP 2.0.1 can be no more."""
REPORT_SILENCE_S = 30.0
"""After the last part of a report: a charger that goes silent without tbc false has told it all."""

_SAFE = " *-_=+|/"
"""What may stand in a name as it is; the signs of this notation are percent-encoded."""
_NAME = re.compile(
    r"(?P<component>[^.\[\]@:#]+)(\[(?P<component_instance>[^.\[\]@:#]*)\])?"
    r"(@(?P<evse>\d{1,9})(:(?P<connector>\d{1,9}))?)?"
    r"\.(?P<variable>[^.\[\]@:#]+)(\[(?P<variable_instance>[^.\[\]@:#]*)\])?"
)


def variable_name(component: Mapping[str, Any], variable: Mapping[str, Any]) -> str:
    """Return the key of a variable; ValueError when the two are not as the specification says."""
    where = ""
    if (evse := component.get("evse")) is not None:
        if not isinstance(evse, dict):
            raise ValueError("evse: an object is allowed")
        where = f"@{as_integer(evse.get('id'))}"
        if evse.get("connectorId") is not None:
            where += f":{as_integer(evse['connectorId'])}"
    return f"{_named(component)}{where}.{_named(variable)}"


def _named(part: Mapping[str, Any]) -> str:
    name, instance = part.get("name"), part.get("instance")
    if not isinstance(name, str) or not name:
        raise ValueError("name: a string is allowed")
    if instance is None or instance == "":
        return _quoted(name)
    return f"{_quoted(name)}[{_quoted(as_text(instance))}]"


def _quoted(text: str) -> str:
    return quote(text, safe=_SAFE).replace(".", "%2E")  # which no URL needs to quote


def variable_parts(name: str) -> dict[str, Any]:
    """Return `component` and `variable` of a key, as messages have them; ValueError if it is none.

    >>> variable_parts("EVSE@1.Power")["component"]
    {'name': 'EVSE', 'evse': {'id': 1}}
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name[:100]!r} came, allowed is Component.Variable")
    component = _part(match["component"], match["component_instance"])
    if match["evse"] is not None:
        component["evse"] = {"id": int(match["evse"])}
        if match["connector"] is not None:
            component["evse"]["connectorId"] = int(match["connector"])
    return {
        "component": component,
        "variable": _part(match["variable"], match["variable_instance"]),
    }


def _part(name: str, instance: str | None) -> dict[str, Any]:
    part: dict[str, Any] = {"name": unquote(name)}
    return part if instance is None else part | {"instance": unquote(instance)}


def feature_profiles(configuration: Mapping[str, ConfigurationKey]) -> frozenset[str]:
    """Return what the charger can, by the names of SupportedFeatureProfiles of OCPP 1.6.

    Empty without a report. An optional block is there when its controller is enabled, or at least
    available, where it does not tell that.
    """
    if not configuration:
        return frozenset()
    return _ALWAYS | {
        profile
        for controller, profile in _OPTIONAL.items()
        if _is_true(configuration, f"{controller}.Enabled", f"{controller}.Available")
    }


_ALWAYS = frozenset({"Core", "FirmwareManagement", "RemoteTrigger"})
_OPTIONAL = {
    "LocalAuthListCtrlr": "LocalAuthListManagement",
    "ReservationCtrlr": "Reservation",
    "SmartChargingCtrlr": "SmartCharging",
}


def _is_true(configuration: Mapping[str, ConfigurationKey], *names: str) -> bool:
    told = [configuration[name].value for name in names if name in configuration]
    return bool(told) and (told[0] or "").lower() == "true"


@dataclass(slots=True)
class _Report:
    """A report that was asked for: its parts so far, and whether the last one is there."""

    parts: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    complete: bool = False


class DeviceModel:
    """What one connection learnt of the variables; their values go to `charger.configuration`.

    `allowed`: the values that a list variable may contain, where the charger tells it.
    """

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self._reports: dict[int, _Report] = {}
        self.allowed: dict[str, frozenset[str]] = {}

    def expect(self, request_id: int) -> None:
        """Prepare for the report to a request."""
        self._reports[request_id] = _Report()

    def forget(self, request_id: int) -> None:
        """Wait no more for it."""
        self._reports.pop(request_id, None)

    async def arrived(self, request_id: int) -> bool:
        """Wait for an expected report; return whether anything of it came."""
        report = self._reports[request_id]
        try:
            while not report.complete:
                report.news.clear()
                async with asyncio.timeout(REPORT_SILENCE_S):
                    await report.news.wait()
        except TimeoutError:
            self._charger.violated("NotifyReport.tbc")
        finally:
            self.forget(request_id)
        return report.parts > 0

    def take_report(self, payload: Mapping[str, Any]) -> None:
        """Work one NotifyReport in. A wrong requestId is forgiven while one report is awaited."""
        charger = self._charger
        for entry in optional(payload, "reportData", as_list, charger) or []:
            self._take_entry(entry)
        request_id = optional(payload, "requestId", as_integer, charger)
        report = self._reports.get(request_id) if request_id is not None else None
        if report is None and len(self._reports) == 1:
            charger.violated("NotifyReport.requestId")
            (report,) = self._reports.values()
        if report is None:
            return  # of an earlier connection, or another back office
        if optional(payload, "seqNo", as_integer, charger) != report.parts:
            charger.violated("NotifyReport.seqNo")
        report.parts += 1
        report.complete = payload.get("tbc") is not True
        report.news.set()

    def take_value(self, name: str, value: str | None, *, readonly: bool | None = None) -> None:
        """Note a variable's value; `readonly` None: as it was known, else writable."""
        known = self._charger.configuration.get(name)
        if known is None and len(self._charger.configuration) >= MAX_VARIABLES:
            self._charger.violated("reportData")
            return
        if readonly is None:
            readonly = known.readonly if known else False
        self._charger.configuration[name] = ConfigurationKey(
            None if value is None else value[:MAX_VALUE_CHARS], readonly
        )

    def connectors_of(self, evse_id: int) -> list[int]:
        """Return the connectors which the device model has at an EVSE."""
        prefix = f"Connector@{evse_id}:"
        found = {
            name.removeprefix(prefix).partition(".")[0]
            for name in self._charger.configuration
            if name.startswith(prefix)
        }
        return sorted(int(each) for each in found if each.isdigit())

    def _take_entry(self, entry: object) -> None:
        try:
            entry = as_object(entry)
            name, evse = _entry_name(entry)
        except ValueError:
            self._charger.violated("reportData")
            return
        attributes = entry.get("variableAttribute")
        for attribute in attributes if isinstance(attributes, list) else []:
            if not isinstance(attribute, dict):
                self._charger.violated("variableAttribute")
            elif attribute.get("type", "Actual") == "Actual":
                value = optional(attribute, "value", as_text, self._charger)
                readonly = attribute.get("mutability") == "ReadOnly"
                readonly = readonly or attribute.get("constant") is True
                self.take_value(name, value, readonly=readonly)
        if name in self._charger.configuration:
            characteristics = entry.get("variableCharacteristics")
            if isinstance(characteristics, dict):
                self._take_characteristics(name, entry["variable"]["name"], characteristics)
        if evse is not None and name in self._charger.configuration:
            self._charger.connector(evse)

    def _take_characteristics(self, name: str, variable: str, told: Mapping[str, Any]) -> None:
        values = told.get("valuesList")
        if isinstance(values, str) and values:
            self.allowed[name] = frozenset(each.strip() for each in values.split(","))
        most = optional(told, "maxLimit", as_number, self._charger)
        if most is not None and variable == "Entries":
            self.take_value(f"{name}#maxLimit", f"{most:.0f}", readonly=True)


def _entry_name(entry: Mapping[str, Any]) -> tuple[str, int | None]:
    """Return the key of a report's entry and, where it tells of one, the EVSE."""
    component, variable = as_object(entry.get("component")), as_object(entry.get("variable"))
    name = variable_name(component, variable)
    evse = component.get("evse")
    evse_id = as_integer(evse["id"]) if isinstance(evse, dict) else None
    fits = evse_id is not None and 1 <= evse_id <= MAX_CONNECTORS
    return name, evse_id if fits and component["name"] in {"EVSE", "Connector"} else None
