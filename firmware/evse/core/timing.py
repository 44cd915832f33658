"""Every timing constant of the firmware's decisions: seconds, source, reason.

"IEC" is IEC 61851-1:2017 table A.6 (sequence number in brackets) as cited in the sources of
EVerest, WARP (evse-v2-bricklet iec61851.c) and SmartEVSE (main.cpp).
"""

TURN_S = 0.020
"""The control turn. Five fit into the 100 ms which IEC (8.1) gives for opening."""

UNPLUG_HOLD_S = 0.030
"""Pilot level A, E or F must last this long: it holds in the second turn after its first reading,
at 40 ms, even if that turn is a little early. IEC asks ≤ 100 ms; one bad sample is outlasted,
unless its turn was 10 ms late."""

LEAVE_CHARGING_HOLD_S = 0.050
"""Pilot readings outside C and D must last this long: it is over in the third turn, at 60 ms. IEC
(8.1): contactor open within 100 ms of C→B; what remains is for turns of up to 50 ms."""

PLUG_HOLD_S = 0.050
"""Pilot level B must last this long; the contacts bounce while the plug goes in."""

ENTER_CHARGING_HOLD_S = 0.500
"""Pilot level C or D must last this long. The BMW iX3 shows a false C for 250 ms (WARP); IEC (4)
allows 3 s until the contactor closes."""

EV_RELEASE_S = 6.0
"""After the PWM is taken away the car has this long to leave C; then the contactor opens under
load. IEC (10.1, 10.2): the car should within 3 s, the charger opens at 6 s."""

MAINS_CONFIRM_S = 0.9
"""Between the first and the last reading of the meter that show a wrong voltage: two readings at
its usual second. This protects the car; IEC 60364 trips within 0.2 s what is dangerous."""

EV_REACTION_S = 5.0
"""A vehicle may take so long to follow the pilot down (IEC (6))."""

EV_FOLLOW_S = 7.0
"""From a lower current on the pilot until the vehicle must have followed and the meter have shown
it: 5 s by IEC (6), and two readings of a meter. EVerest's grace for over-current is 7 s too."""

OVERLOAD_CONFIRM_S = 2.0
"""The meter must show an overload of the vehicle for so long. With the 6 s to let go the charge is
over within the 10 s of the ETEK manual (5.8.1.3)."""

BOARD_OPENING_S = 4.0
"""A board that switches by itself may take so long beyond the vehicle's 6 s to open (OpenEVSE waits
3 s for the current to end); then its contactor counts as welded."""

THERMAL_STEP_S = 60.0
"""Between two steps of the current for heat: contacts and terminals follow within minutes."""

RESIDUAL_QUIET_S = 1.0
"""Nothing must have flowed for so long before the residual current monitor tests itself (WARP)."""

RESIDUAL_TEST_S = 45.0
"""The self-test must be over by then; a simpleEVSE takes 30 s, a WARP 3 s."""

RESIDUAL_TEST_EVERY_S = 24 * 3600.0
"""A test is repeated at least daily (WARP)."""

WAKE_UP_AFTER_S = 60.0
"""An offer that was not taken up for so long may have met a sleeping vehicle; a Zoe pauses by
itself for up to 60 s (EVerest: 30 s, WARP: 90 s)."""

WAKE_UP_F_S = 4.0
"""How long the pilot is in state F to wake a vehicle (EVerest T_STEP_EF, WARP: 4 s)."""

WAKE_UP_PAUSE_S = 0.75
"""Steady +12 V between state F and the PWM (EVerest: 750 ms in X1)."""

PILOT_SETTLE_S = 0.3
"""After state F the pilot's voltage says nothing of the vehicle for so long: its filters settle."""

RESTART_WAIT_S = 5.0
"""From the last opening of the contactor to its next closing (WARP: C→B→C again)."""

FAULT_RESTART_WAIT_S = 30.0
"""From the last sight of a stopping fault to the next closing of the contactor (WARP)."""

MIRROR_CONFIRM_S = 0.500
"""The mirror contact contradicts the command for longer: welded or failed. WARP looks at windows
of 250 ms and skips those after switching; contactors need up to 100 ms."""

DIODE_CONFIRM_S = 0.100
"""The low side of the PWM is above −10 V for longer: no diode. Bridges a change of the duty."""

PROXIMITY_CONFIRM_S = 0.500
"""The proximity circuit of a plugged cable is short or open for longer; contacts bounce."""

LOCK_CONFIRM_S = 3.0
"""The plug lock doesn't report closed for longer. A motor needs about 0.3 s and gets its retries
(esp32-evse: 300 ms pulses, 1 s apart)."""

SENSOR_CONFIRM_S = 5.0
"""A temperature that cannot be must last this long: contacts of sensors do bounce."""

MAINS_GOOD_S = 60.0
"""Mains and earth must be good for this long (ETEK manual 5.8.1.8: 60 s)."""

HOUSE_CONFIRM_S = 10.0
"""The house must leave too little for so long before it is told: a kettle is no news, and a second
vehicle waits for 7 s until the first has let go of its share."""

PILOT_GOOD_S = 30.0
"""The pilot must be good for this long after a short or a refused state D (WARP: 30 s)."""

READING_MAX_AGE_S = 0.250
"""A reading older than this says nothing about now: two of the longest control turns, 100 ms."""

METER_MAX_AGE_S = 5.0
"""A reading of the charger's meter older than this says nothing of the mains now; it is read each
second, so a few may fail."""

COMMAND_LEASE_S = 3.0
"""How long the board follows a command without a newer one. Stalls of a Linux host by its storage
are shorter; peers use 3 to 10 s."""

CONNECTION_TIME_OUT_S = 120.0
"""Factory value of OCPP's ConnectionTimeOut: from the accepted card to the plug."""

RESUME_PLUG_S = 10.0
"""After a power cut the plug of a resumed transaction must be seen within this time; the pilot
needs less than a second."""

DLB_SETTLE_S = 20.0
"""What was free for this long may be given back to the car. Longer than most pulses of hob and
oven; measured on simulated houses as a third of the heat of the best peer."""

DLB_SILENCE_S = 10.0
"""Without a valid sample of the house meter for this long the fallback current holds."""

DLB_RESTART_WAIT_S = 60.0
"""After a pause for lack of current the restart's current must be free for this long (SmartEVSE:
ChargeDelay 60 s); shorter flaps."""

DLB_GROSS_S = 2.0
"""A gross overload (125 % of the fuse) which lasts so long while the vehicle has not begun to
follow stops the charge: a breaker of 25 A bears 2.5 times its rating for tens of seconds."""
