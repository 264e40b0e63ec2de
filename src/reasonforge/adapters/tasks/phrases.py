"""What a narrator's sentences are put together from.

Pieces are three to six words long, so that nearly every run of six crosses from one piece into the next: two narrators
who draw from the same lists still share few runs. Within a list any piece can stand for any other.
"""


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(" ".join(piece.split()) for piece in text.split("|"))


WHEN = _pieces("""
With that in hand | From here on | Before anything else | Once this much stands | Given what was said above |
At this point of the work | Now that nothing blocks it | As far as I can tell | Since it costs so little |
After a short pause | For the moment | In the order stated | Starting over with fresh eyes | By the same token |
To be on solid ground | If I follow the rule strictly | Step by step, then | Leaving every other matter aside |
Without hurrying | Because the rest hangs on it | Under those conditions | While it is still fresh | Out of habit |
Again from the given numbers | Where two roads meet | As soon as that is granted | Between us and the goal |
Rather than guess | Keeping both sides in view | Just as one would expect | Until something contradicts it |
Should anyone ask | Through plain bookkeeping | Up to here all is safe | Only then | Instead of a shortcut |
Though it looks tedious | In my own notation | On a second reading | Little by little
""")

ACT = _pieces("""
I work out | it pays to settle | the natural move is to compute | what remains is to pin down |
my choice is to fix | we can read off | nothing stops us from evaluating | one should write down |
it is enough to determine | let me establish | I am going to resolve | there is a way to get | this calls for |
we do well to isolate | I would rather derive | attention goes to | the plan asks for | it makes sense to record |
what I want is | we may safely add | that leads me to | I turn over | the page now shows | it falls to us to find |
a direct calculation yields | everything points toward | I have to account for | they force upon us |
you will see me handle | our next duty concerns | it takes one line for | I put together |
whoever checks will meet | no more is needed than | the argument moves on to | so we nail down | here comes |
I let the statement supply | it only takes patience for | both hands go to
""")

THING = _pieces("""
the next quantity | this part of it | whatever the data force | one more piece | a value we lack |
those few numbers | what stands on this line | the relation in question | an intermediate figure |
its exact counterpart | that missing link | every consequence of it | the small case first | our running result |
some bookkeeping | all that follows at once | the condition as given | another brick for the wall |
what the rule prescribes | this stage alone | each entry in turn | the effect of the last line |
something that can be tested | the piece nobody can dispute | a step with no freedom | how much it comes to |
the outcome under that rule | what was left open | his or her side of things | the figure behind the words |
as much as is certain | the only candidate there is | these terms together | what we were promised |
the same thing in numbers | a short chain of equalities | the present state of affairs | any change this brings |
the part with teeth | where it must end up
""")

WHY = _pieces("""
so that later lines can lean on it | and I keep it for later | without adding anything of mine |
because nothing else was offered | which a reader can repeat alone | as the wording demands |
for the sake of order | before it slips away | since no other reading survives | with nothing rounded off |
and that settles the matter | though a table would do too | until the next one is due | by the definition itself |
if only to be thorough | where a mistake would show | as opposed to trusting a hunch | and it cannot be otherwise |
on the strength of the premise | in a form that is easy to audit | while the rest stays put |
rather than in my head | unless I misread the task | to which I shall return | just like the statement says |
at no great cost | and then forget about it | under the rule we were given | from which more will follow |
through and through | not more and not less | even if it seems obvious | so there is no doubt left |
for there is only one way | as if by machine | up to the last digit | and neither side can object |
within the limits set out | once and for all | instead of arguing about it
""")

READS = _pieces("""
which gives | and on paper that is | written out | in figures | the line then says | to wit | so I note |
as follows | this means | what comes out is | and there it stands | I get | you can verify that | hence |
the record shows | explicitly | in short | for the file | we arrive at | it turns into | put differently |
the outcome being | my notes have | that is to say | leaving us with | by hand | with the result |
the sum of it is | now literally | behold
""")

NOTICE = _pieces("""
I looked twice at | nobody should skip over | it is easy to miss | a word about | my first worry was |
there was some doubt over | what could go wrong is | one might object to | it would be lazy to ignore |
I paid attention to | the usual trap hides in | some would stumble over | we must not confuse it with |
for my own comfort I revisited | most errors come from | I cannot fault | it helps to remember |
an impatient solver forgets | anyone may question | let nobody overlook | at first I mistrusted |
what reassures me is | the delicate spot is | before moving on I reread | I have no quarrel with |
it does matter to respect | if anything, beware of | they say the devil is in | I spent a minute on |
both readings agree on
""")

MATTER = _pieces("""
the order of the operations | how the sentence was phrased | which of them comes first | a sign that flips |
the boundary of the range | what is counted and what is not | an entry used more than once | the units involved |
whether zero is allowed | every condition but the last | the difference between given and derived |
their exact wording | a tempting shortcut | the role of each symbol | this very transition |
what would happen in reverse | the size of it all | those silent assumptions | how few choices there are |
the plain arithmetic | where the data stop | any term that cancels | the direction of the inference |
a case nobody mentions | things said only once | the symmetry, or lack of it | an index off by one |
the meaning of 'at most' | all of the constraints together | the part that looks harmless
""")

REST = _pieces("""
and found it sound | but it holds up | so I did it on a separate sheet | yet no contradiction appeared |
which changes nothing here | as the check above confirms | and for good reason | though not in this instance |
because that is where time goes | and I stand by it | even after a second pass | since I have been burned before |
while the total stays the same | until it felt safe | for it decides what follows | nor did it bite |
with no harm done | and both ways lead home | if the premises are taken as they are | so let it rest |
as one learns by doing | and we are still on course | without any effect below | which is why I mention it |
to be fair | but only for a moment | and it fits | under any reading of mine | just in case |
or so experience tells me
""")

BEGIN = _pieces("""
Let me say first how I understand this | The request, as I take it, is modest | Here is the situation in my words |
We are handed a closed little world | There is one thing to deliver | Before computing, a look at what is asked |
My reading goes like this | What the task wants is clear enough | I begin by sorting things |
Two lists help: known and wanted | In front of us lies a self-contained question |
Nothing outside the statement will be used | It starts, as always, from the facts | To set the stage |
This one rewards a steady hand | I treat the text as a contract | Somebody gave us all we need |
First the ground rules | An inventory comes before any move | At the outset I fix names | So, what have we got |
Every number on the page has a job | The way in is not hidden | As for the setting |
Once unpacked, the puzzle is finite | Where to begin is half the battle | A quiet survey saves work |
All the ingredients are listed | You could call it a routine | If one strips the story away
""")

SCOPE = _pieces("""
a set of givens with one unknown | rules that leave no room | data, and a procedure to run on them |
something that exact work can close | a chain where each link is short | a few relations that must hold at once |
facts which I will not embellish | an answer in the format they fixed | pieces that only need to be joined |
a target that can be tested | certain items and what binds them | quantities I may combine but not invent |
conditions, all of them binding | a finite amount of labour | what is granted and what is sought |
terms whose meaning is plain | no more than careful accounting | one path from the premises to the end |
a statement I can quote against myself | exact objects and no estimates | a small model of the case |
steps of which none is deep | inputs on the left, a result on the right | a definite goal |
as many clues as unknowns | plain rules over plain values | an obligation to show the work |
its own criterion for success | a story with numbers in it | everything up to the final figure
""")

MANNER = _pieces("""
and I go through it in sequence | so the work splits naturally | which I attack from the front |
to be taken one at a time | and nothing gets skipped | with a check wherever one is cheap |
as any patient clerk would | before I dare to conclude | and each stage feeds its successor |
where every line can be replayed | until a single value is left | without leaps | by hand but not by luck |
and that order matters | for which paper is enough | so I keep the steps apart | under constant suspicion |
from the top to the bottom | while writing down what I use | if need be, twice | and no opinion enters |
through simple moves only | in the spirit of a proof | then I compare with the request | rather slowly |
as opposed to guessing | and I will flag doubts | on my own terms | with all intermediate results visible |
since that is what can be judged
""")

FINISH = _pieces("""
Putting the pieces together | That exhausts the list | With every line accounted for | So the search is over |
This brings me to the end | All in all | Looking back over it | No further condition remains |
The last of it being done | Therefore, to conclude | Having come this far | What is left is to report |
By now there is only one option | At the end of the day | Since everything fits | From these lines together |
Summing up my side | In the requested form | Nothing else needs proof | The thread ends here |
Once more in one breath | If the above is right | As a result of all this | Under the stated rules |
It all comes down to one thing | We can stop at this point | Here I rest my case | The verdict, then |
And so we close the file | To answer what was asked
""")

ANSWER = _pieces("""
my answer is | I hand in | the value asked for is | I commit to | it has to be | we end with | the reply reads |
what I would sign is | the result comes to | I settle on | you get | that makes | out of it falls |
the final word is | I therefore state | this leaves | the one that fits is | our total is | nothing survives but |
put it down as | I can only say | they wanted, and get, | the outcome is | I would answer | let it be |
it must read | what stands at last is | as final answer I give | here it is: | the solution is
""")

TRUST = _pieces("""
and I would defend each line of it | which the steps above support | as far as my checking goes |
subject to the caution already voiced | with about the trust I stated | and a recount gave the same |
for the reasons listed | though I welcome a second opinion | unless some slip escaped me |
and no rival value survived | in just the form requested | so anyone may retrace it |
because the chain has no gap I see | by the route described | on which I rest | given the premises |
after going back over the signs | and that is all | no more, no less | where I also stop | from first line to last |
not by elimination but directly | as the format wants it | while the alternatives failed |
and it agrees with the sizes involved | to the best of my knowledge | if nothing was misread |
whatever one thinks of the style | since each link was tried | and there I leave it
""")
