"""The next number of an observation: it runs for each dive and class, and is never given twice. Pure."""

from collections.abc import Mapping

from seacorder.model.observation import Observation, ObservationClass


class Numbers:
    """A number is given once, also when its observation is withdrawn or is never stored."""

    def __init__(self) -> None:
        self._highest: dict[tuple[str, str], int] = {}

    def continue_from(self, highest: Mapping[tuple[str, str], int]) -> None:
        """By dive and class: the highest number that earlier runs have given."""
        for key, number in highest.items():
            self._highest[key] = max(number, self._highest.get(key, 0))

    def saw(self, observation: Observation) -> None:
        """An observation of an earlier run."""
        key = observation.dive, observation.observation_class.value
        self._highest[key] = max(observation.number, self._highest.get(key, 0))

    def next(self, dive: str, observation_class: ObservationClass) -> int:
        key = dive, observation_class.value
        self._highest[key] = self._highest.get(key, 0) + 1
        return self._highest[key]
