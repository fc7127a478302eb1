"""The worker's door to the decision how its pictures become what is stored; `model.smart` decides."""

from seacorder.model.encoding import EncodingPlan, EncodingSettings, Machine
from seacorder.model.encoding_decision import plan_for
from seacorder.model.sample import SourceFormat


def decide(source: SourceFormat, asked: EncodingSettings, machine: Machine) -> EncodingPlan:
    """What becomes of the pictures of `source`; see `plan_for`."""
    return plan_for(source.picture, asked, machine)
