"""What is done to channels, campaigns and their costs. By marketing and sales operations."""

from leadloop.marketing.operations.campaigns import change_campaign, create_campaign, remove_campaign
from leadloop.marketing.operations.channels import (
    change_channel,
    create_channel,
    merge_channels,
    move_leads_of_merged,
    restore_channel,
    retire_channel,
)
from leadloop.marketing.operations.costs import (
    CostFacts,
    add_cost,
    change_cost,
    put_costs,
    remove_cost,
)

__all__ = [
    "CostFacts",
    "add_cost",
    "change_campaign",
    "change_channel",
    "change_cost",
    "create_campaign",
    "create_channel",
    "merge_channels",
    "move_leads_of_merged",
    "put_costs",
    "remove_campaign",
    "remove_cost",
    "restore_channel",
    "retire_channel",
]
