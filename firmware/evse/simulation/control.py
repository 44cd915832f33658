"""What may be done to the simulated world from outside: the handlers of `evse sim …`."""

from dataclasses import asdict, replace
from typing import Any

from evse.core.faults import Fault
from evse.local.requests import WORLD_COMMANDS, Request
from evse.local.server import Handler
from evse.simulation.car import mode
from evse.simulation.world import MeterFault, MeterPlace, World


def world_handlers(world: World) -> dict[str, Handler]:
    """The commands that change the world, or tell what happened in it."""

    async def change(request: Request) -> dict[str, Any]:
        change_world(world, request)
        world.save()
        return {}

    async def report(_: Request) -> dict[str, Any]:
        return {"report": asdict(world.observation)}

    return {**dict.fromkeys(WORLD_COMMANDS, change), "report": report}


def change_world(world: World, request: Request) -> None:
    """Do one of WORLD_COMMANDS. Raises ValueError when the world does not allow it."""
    field = request.fields
    match request.command:
        case "plug":
            car = replace(world.settings.car, **request.car)
            world.plug(field["connector"], car, field["cable_a"])
        case "unplug":
            world.unplug(field["connector"], at_wallbox=field["side"] == "wallbox")
        case "car":
            connector = world.connectors[field["connector"]]
            connector.car = replace(connector.car, **request.car)
        case "house":
            world.extra_a = field["extra_a"]
        case "fault":
            world.inject(field["connector"], Fault(field["fault"]))
        case "clear":
            world.repair(field["connector"], Fault(field["fault"]))
        case "meter":
            fault = MeterFault(field["fault"])
            world.fail_meter(MeterPlace(field["which"]), field["connector"], fault)


def world_snapshot(world: World) -> dict[str, Any]:
    """The world at this instant, as JSON values."""
    house = world.house_sample()
    return {
        "elapsed_s": world.elapsed_s,
        "house_a": house.current_a,
        "extra_a": world.extra_a,
        "house_meter_fault": world.house_meter_fault,
        "connectors": {
            str(number): {
                "plugged": connector.car_state.plugged,
                "car": mode(connector.car, connector.car_state),
                "car_a": world.charger_sample(number).current_a,
                "taken_wh": connector.car_state.taken_wh,
                "battery_wh": connector.car.battery_wh,
                "cable_a": connector.cable_a,
                "duty_percent": connector.duty_percent,
                "contactor_closed": connector.contactor_closed,
                "locked": connector.locked,
                "register_wh": connector.register_wh,
                "faults": sorted(connector.faults),
                "meter_fault": world.meter_fault(MeterPlace.CHARGER, number),
            }
            for number, connector in world.connectors.items()
        },
    }
