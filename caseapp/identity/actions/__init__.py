"""What is done with staff, their teams and their sign-ins."""

from caseapp.identity.actions.sign_ins import (
    end_all_sign_ins,
    end_sign_in,
    late_owner,
    owner_of,
    prove,
    resume,
    sign_in,
    sign_out,
)
from caseapp.identity.actions.staff import (
    add_staff,
    change_password,
    choose_rows,
    edit_staff,
    end_work,
    make_link,
    set_known_password,
    set_password,
    sign_out_everywhere,
    staff_of_link,
    use_link,
)
from caseapp.identity.actions.teams import add_team, edit_team, join_team, leave_team

__all__ = [
    "add_staff",
    "add_team",
    "change_password",
    "choose_rows",
    "edit_staff",
    "edit_team",
    "end_all_sign_ins",
    "end_sign_in",
    "end_work",
    "join_team",
    "late_owner",
    "leave_team",
    "make_link",
    "owner_of",
    "prove",
    "resume",
    "set_known_password",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "staff_of_link",
    "use_link",
]
