"""English words that carry a sentence's build and not its subject; the skeleton keeps them."""

_WORDS = """
    a about above after again against all also although always am among an and another any are as at away
    be because been before being below between both but by can cannot could did do does doing done down during
    each either else enough even ever every few first for from further get gets give given gives had has have having
    he hence her here his how however i if in instead into is it its itself just last least less let lets like
    many may me might more moreover most much must my namely nearly neither never next no none nor not nothing now
    of off on once one only or other others our out over own per rather same say second she should since so some
    still such than that the their them then there thereby therefore these they this those though through thus to
    together too toward two under unless until up upon us use used using very via was we well were what when where
    whereas whether which while who whole whose why will with within without would yet you your
"""
FUNCTION_WORDS = frozenset(_WORDS.split())
