"""The one fold: events of leads -> visits of stages and one wide row per lead.

Written as Ibis expressions (windows, group by, join), so that it runs on the embedded engine and on a
distributed one. Events of a lead are taken in the order of ``(occurred_at, sequence)``, its registration
first.

The rules, each with a test of its name in ``tests/analysis/fold``:

skip
    A move from stage i past i+1 … j-1 to j makes the stages between *skipped*: entered and advanced from at
    the moment of the move, with no visit and no dwell. A lead registered beyond the first stage has skipped
    the earlier ones.
return
    A move to an earlier stage ends the visit as *returned*. What was reached stays reached.
re-entry
    Every stay is its own visit. The wide row counts a lead once a stage, by its last visit there.
same stage again
    A move to the stage where the lead stands changes nothing.
lost
    Belongs to the stage named by the event, else to the one the lead stands in. A second loss without a
    reopening corrects the first: last reason, last time.
won
    Puts the lead into the won stage of its process (the last stage, if none is marked), skipping what lies
    between. A stage event into the won stage is a win. The last known amount counts.
lost and won without stage events
    Count as above: lost in the first stage; won with every stage skipped.
reopen
    After lost or won the lead stands again in the stage named, else in the one it stood in before. The
    visits keep the loss; in the wide row a loss that was reopened counts as advanced or returned, whichever
    way the lead went, so that a lead is lost in at most one stage. A reopened win has returned. A stage
    event after an outcome reopens the lead too.
merged, invalidated
    The lead is ``excluded`` until unmerged or validated; withdrawn is for good. Its visits stay.
as of
    Only what occurred up to and including that moment is there; a lead captured later is not.
same time
    ``sequence`` decides.
change of process version
    Stages are matched by key and take the position given now; a stage that is no longer part of the process
    is passed over, the time belonging to the stage before.
before capture
    An event dated before its lead's capture counts at the moment of capture, so that no duration is negative;
    the lead is marked ``early``.
holder
    Owner and team are those of the last assignment or release. Released means no owner; the team stays
    unless the release names another.
taken back
    A contact whose time was corrected is written again at its right moment; the row at the wrong one, and
    every other contact of that moment written before the correction, counts no more (contacts that stay
    there are written again, too).
canonical
    With ``canonical`` the positions are those of the six canonical steps: stages of one step make one visit.
"""

from leadloop.analysis.fold.folding import Folded, fold

__all__ = ["Folded", "fold"]
