"""Slots: marked regions of rendered files whose static text may be replaced."""

from scaffolder_fills.slot import Slot, SlotError, find_slots

__all__ = ["Slot", "SlotError", "find_slots"]
