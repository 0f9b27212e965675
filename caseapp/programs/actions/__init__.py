"""What is done to programs: shipped, drafted, edited, published; services and the numbers of the rule profile."""

from caseapp.programs.actions.criteria import add_criterion, edit_criterion, move_criterion, remove_criterion
from caseapp.programs.actions.offers import add_service, edit_service
from caseapp.programs.actions.payers import save_payer_rule
from caseapp.programs.actions.phases import (
    add_phase,
    add_requirement,
    edit_phase,
    edit_requirement,
    move_phase,
    remove_phase,
    remove_requirement,
)
from caseapp.programs.actions.settings import save_setting
from caseapp.programs.actions.shipping import ship
from caseapp.programs.actions.versions import discard, edit_program, new_draft, new_program, publish

__all__ = [
    "add_criterion", "edit_criterion", "move_criterion", "remove_criterion",
    "add_phase", "add_requirement", "add_service", "discard", "edit_phase", "edit_program", "edit_requirement",
    "edit_service", "move_phase", "new_draft", "new_program", "publish", "remove_phase", "remove_requirement",
    "save_payer_rule", "save_setting", "ship",
]  # fmt: skip
