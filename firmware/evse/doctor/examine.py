"""One port examined from its opening to the verdicts."""

from collections.abc import Callable
from dataclasses import dataclass

from evse.doctor.findings import Examination
from evse.doctor.line import PortError, PortTrouble, SerialLine
from evse.doctor.ports import Holder, Port, holders, latency_ms
from evse.doctor.report import Report
from evse.doctor.search import Pace, Plan, Search
from evse.doctor.verdicts import Code, Verdict, verdicts


@dataclass(frozen=True, slots=True)
class Order:
    """What is examined: the formats and addresses to try, and the questions to each device."""

    plan: Plan
    polls: int
    pace: Pace


def examine(port: Port, order: Order, tell: Callable[[str], None]) -> Report:
    """Find the devices on a port, test their answers, and say what is to be said."""
    if port.modem:
        return Report(port, None, [])
    if busy := holders(port.device):
        return _unusable(port, _busy(busy[0]))
    try:
        line = SerialLine(port.device)
    except PortError as error:
        return _unusable(port, _WORDS[error.trouble].format(error))
    search = Search(line, order.pace, lambda what: tell(f"{port.device}: {what}"))
    examination = Examination([], latency_ms(port.device))
    try:
        examination.trials = search.run(order.plan)
        for tried in examination.trials:
            for device in tried.devices:
                search.measure(tried, device, order.polls)
    except PortError as error:
        return _unusable(port, _WORDS[error.trouble].format(error))
    finally:
        line.close()
    return Report(port, examination, verdicts(examination))


def _unusable(port: Port, text: str) -> Report:
    return Report(port, None, [Verdict(Code.PORT, text)])


def _busy(holder: Holder) -> str:
    if not holder.sure:
        return (
            f"a wallbox program runs (process {holder.pid}), and only root can see whether it uses "
            "this port: sudo evse doctor, or stop it first: sudo systemctl stop evse"
        )
    who = f"process {holder.pid} ({holder.command})"
    if holder.is_wallbox:
        return (
            f"the wallbox program talks here, {who}. Stop it while you examine the line: sudo "
            "systemctl stop evse, and start it afterwards: sudo systemctl start evse"
        )
    return f"{who} has the port open; end it first"


_WORDS = {
    PortTrouble.MISSING: "there is no such port: is the adapter plugged in? ({})",
    PortTrouble.DENIED: "the port may not be opened: be root, or a member of its group, which is "
    "dialout on most systems ({})",
    PortTrouble.BUSY: "another program has the port open; end it first ({})",
    PortTrouble.UNUSABLE: "this is no serial port, or one that cannot do what is needed ({})",
    PortTrouble.LOST: "the adapter went away during the examination: a loose plug, or too weak a "
    "supply ({})",
}
