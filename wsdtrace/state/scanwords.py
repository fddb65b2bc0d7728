"""What the job tracker reads out of typed messages: ids, tokens, grants, tickets, states."""

from __future__ import annotations
