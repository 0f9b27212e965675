"""The search: a proposal of the week by CP-SAT, with its progress told, and stopped when nobody wants it any more."""

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple

from ortools.sat.python import cp_model

from caseapp.weekplan.beginning import First, begin, from_meetings
from caseapp.weekplan.model import Week, build
from caseapp.weekplan.placing import Chosen, place
from caseapp.weekplan.rules import Clinic, Costs, Ended, Proposal, Shortfall
from caseapp.weekplan.saying import why_short
from caseapp.weekplan.starts import Start, Starts

TOLD_EVERY = 0.5  # seconds
FOR_GROUPS, FOR_ONE_TO_ONE, FOR_ALL = 0.3, 0.2, 0.5  # shares of the time


class Progress(NamedTuple):
    """How far a search is: the cost of the best week so far, None before there is one, and the bound under which none can be."""

    cost: int | None
    bound: int


class NothingFound(Exception):
    """The search was ended before it had any week at all."""


Tell = Callable[[Progress], bool]


def propose(
    clinic: Clinic, seconds: float, tell: Tell = lambda _progress: True, workers: int = 8, costs: Costs | None = None
) -> Proposal:
    """The best week found in so many seconds, or sooner if it is proven best, or if `tell` answers that it should stop.

    Groups come first, for most hangs on them; then one-to-one sessions beside these groups; then all of it together, which
    also gives the bound. `tell` is called in the caller's own thread, every half second. Raises NothingFound if there was no
    time for even one week; a week that leaves everything short is one, so that otherwise there always is a proposal.
    """
    search = _Search(tell, workers, costs or Costs())
    groups = search.run(_groups_alone(clinic), begin, seconds * FOR_GROUPS)
    beside = search.run(replace(clinic, fixed=groups.meetings), begin, seconds * FOR_ONE_TO_ONE)
    return search.run(
        clinic, lambda _clinic, starts: from_meetings(starts, beside.meetings), seconds * FOR_ALL, tells=True
    )


def _groups_alone(clinic: Clinic) -> Clinic:
    groups = {one.id for one in clinic.services if one.is_group}
    clients = (
        replace(one, needs=tuple(need for need in one.needs if need.kind.service_id in groups))
        for one in clinic.clients
    )
    return replace(clinic, clients=tuple(clients), today=tuple(one for one in clinic.today if one.service_id in groups))


@dataclass
class _Search:
    """One search after the other, until it is stopped; then each that is left gives the week it begins with."""

    tell: Tell
    workers: int
    costs: Costs
    stopped: bool = False

    def run(
        self, clinic: Clinic, first: Callable[[Clinic, Starts], First], seconds: float, tells: bool = False
    ) -> Proposal:
        """The best week found for this clinic in so many seconds; its cost and bound are told if it `tells`."""
        starts = Starts(clinic)
        week = build(clinic, starts, self.costs, first(clinic, starts))
        solver, told = self._solver(seconds), _Told()
        solver.best_bound_callback = told.on_bound
        status = self._searched(solver, week, told, tells)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise NothingFound
        ended = Ended.stopped if self.stopped else Ended.time_over
        if status == cp_model.OPTIMAL:
            ended = Ended.proven
        cost = round(solver.objective_value)
        return Proposal(
            place(clinic, starts, _chosen(week, solver)),
            _shortfalls(week, solver, ended),
            cost,
            min(cost, max(0, ceil(solver.best_objective_bound - 1e-6))),
            ended,
        )

    def _solver(self, seconds: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = self.workers
        solver.parameters.stop_after_first_solution = self.stopped
        # The model is as small as presolving could make it: more than one round took a third of the time and gave nothing.
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        return solver

    def _searched(self, solver: cp_model.CpSolver, week: Week, told: "_Told", tells: bool) -> int:
        """Search beside the caller's thread, which goes on telling."""
        had_stopped = self.stopped
        with ThreadPoolExecutor(1) as beside:
            search = beside.submit(solver.solve, week.model, told)
            while wait_for([search], TOLD_EVERY).not_done:
                self.stopped = self.stopped or not self.tell(told.so_far() if tells else Progress(None, 0))
                if self.stopped and not had_stopped and told.cost is not None:
                    solver.stop_search()
        return search.result()


def _shortfalls(week: Week, solver: cp_model.CpSolver, ended: Ended) -> tuple[Shortfall, ...]:
    return tuple(
        Shortfall(client, kind, times, why_short(week.clinic, week.starts, client, kind, ended))
        for (client, kind), short in sorted(week.short.items(), key=lambda one: one[0])
        if (times := solver.value(short))
    )


class _Told(cp_model.CpSolverSolutionCallback):
    """What the search last said of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.cost: int | None = None
        self.bound = 0

    def on_solution_callback(self) -> None:
        """A better week was found."""
        self.cost = round(self.objective_value)

    def on_bound(self, bound: float) -> None:
        """A better bound was proven."""
        self.bound = max(0, int(bound))

    def so_far(self) -> Progress:
        """The cost of the best week so far, and the bound."""
        return Progress(self.cost, self.bound)


def _chosen(week: Week, solver: cp_model.CpSolver) -> Chosen:
    comes: dict[Start, list[str]] = defaultdict(list)
    leads: dict[Start, list[str]] = defaultdict(list)
    rooms: dict[Start, dict[tuple[str, ...], int]] = defaultdict(dict)
    for found, choices in ((comes, week.comes), (leads, week.leads)):
        for (who, start), choice in choices.items():
            if solver.boolean_value(choice):
                found[start].append(who)
    ids = {sort: tuple(same) for sort, same in week.starts.sorts.items()}
    for (sort, start), number in week.rooms.items():
        if solver.value(number):
            rooms[start][ids[sort]] = solver.value(number)
    return Chosen(comes, leads, rooms)
