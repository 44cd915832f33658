"""Says an explanation of `core.why` in one sentence, and its parts in few words. Pure."""

from evse.core.explanation import Cause, Flow, LimitInForce, Next, NextKind, Permission, Why
from evse.core.faults import Fault
from evse.core.limits import Source
from evse.core.pilot import MINIMUM_A
from evse.texts import current, duration, text


def sentence(why: Why, language: str) -> str:
    """Return one sentence: what it does, the cause that binds, and what will change it.

    ValueError for an unknown language.
    """
    said = _main(why, language)
    if why.outlook is not None:
        starts = why.cause is Cause.LIMIT
        said += text("sentence.join", language) + coming(why.outlook, language, starts=starts)
    return said + text("sentence.end", language)


def _main(why: Why, language: str) -> str:
    if why.flow is Flow.FLOWING:
        return _charging(why, language)
    if why.fault is not None:
        return text(
            "sentence.fault",
            language,
            name=fault_name(why.fault, language),
            action=fault_action(why.fault, language),
        )
    frame = "stopping" if why.flow is Flow.RELEASING else "not_charging"
    return text(f"sentence.{frame}", language, reason=_reason(why, language))


def _charging(why: Why, language: str) -> str:
    key = f"sentence.{why.cause}"
    values = {"offered": current(why.offered_a, language)}
    if why.drawn_a is not None:
        values["drawn"] = current(why.drawn_a, language)
    if why.winner is None:
        return text(f"{key}_unlimited", language, **values)
    source = why.winner.source
    return text(
        key,
        language,
        because=because(source, language),
        source=source_name(source, language),
        **values,
    )


def _reason(why: Why, language: str) -> str:
    if why.cause is not Cause.LIMIT or why.winner is None:
        return text(f"reason.{why.cause}", language)
    return text(
        "reason.limit",
        language,
        limit=current(why.winner.amps, language),
        minimum=current(MINIMUM_A, language),
        because=because(why.winner.source, language),
    )


def coming(event: Next, language: str, *, starts: bool = False) -> str:
    """What happens by itself and when; `starts`: a higher limit will let charging begin."""
    may_start = starts and event.kind is NextKind.MAY_RISE
    return text(
        "next.may_start" if may_start else f"next.{event.kind}",
        language,
        duration=duration(event.in_s),
        time="" if event.at is None else f"{event.at:%H:%M}",
        source="" if event.source is None else source_name(event.source, language),
        fallback="" if event.fallback_a is None else current(event.fallback_a, language),
    )


def because(source: Source, language: str) -> str:
    """Why a limit is what it is, as a clause."""
    return text(f"source.{source}.because", language)


def source_name(source: Source, language: str) -> str:
    """Who limits."""
    return text(f"source.{source}.name", language)


def fault_name(fault: Fault, language: str) -> str:
    """What is wrong."""
    return text(f"fault.{fault}.name", language)


def fault_action(fault: Fault, language: str) -> str:
    """What somebody in front of the wallbox can do about it."""
    return text(f"fault.{fault}.action", language)


def permission_text(permission: Permission, language: str) -> str:
    """What is granted, or would have to be."""
    return text(f"permission.{permission.name}", language)


def limit_text(limit: LimitInForce, language: str) -> str:
    """The current of a limit, and what follows it."""
    amps = current(limit.amps, language)
    if limit.expires_in_s is None:
        return amps
    return text(
        "label.lease",
        language,
        amps=amps,
        duration=duration(limit.expires_in_s),
        fallback=current(limit.fallback_a, language),
    )
