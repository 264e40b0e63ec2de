"""The words that tell disciplines apart. Each is the beginning of a word or phrase; one that ends in `$` is whole."""

from collections.abc import Mapping

from reasonforge.domain.discipline import Discipline

STRONG, FAIR, WEAK = 4, 2, 1
"""What a word is worth: hardly used elsewhere; usual here; a hint."""

WORDS: Mapping[Discipline, Mapping[int, str]] = {
    Discipline.MATHEMATICS: {
        STRONG: "integral, integrate, derivative, differentiate$, eigenvalue, eigenvector, determinant, polynomial, "
        "theorem, lemma, congruen, modulo, prime number, primes$, prime factor, divisib, irrational, "
        "trigonometr, factorial, binomial, combinatori, permutation, matrix, matrices, vector space, abelian, "
        "homomorphism, bijecti, injecti, quadratic, cubic equation, arithmetic progression, geometric series, "
        "convergent, converge, taylor, fibonacci, riemann, euclid, pythagor, hypotenuse, rational number, "
        "real number, complex number, greatest common divisor, least common multiple, gcd$, lcm$, square "
        "root, cube root, diophantine, topolog, subgroup, perimeter, circumference, polygon, mod$, sine$, "
        "cosine$",
        FAIR: "prove that, proof$, equation, solve for, evaluate, compute, factor the, factors of, factor of, "
        "factoris, factoriz, triangle, circle, square$, cube$, integer, digit, fraction, remainder, divided "
        "by, divisor, sum of, product of, sequence, series$, limit of, limit as, function f, f(x), root of, "
        "roots of, how many ways, number of ways, probability, dice$, die$, coin$, angle, radius, area of, "
        "volume of, algebra, geometry, calculus, parity, odd$, even number, subset, lattice path, infinity, "
        "infinite$, simplify, inequality, maximum of, minimum of, coprime, expression, number of solutions, "
        "real solutions, theorem of, mean of, median of, tangent, vertex, vertices, graph of, domain of, "
        "slope",
        WEAK: "logarithm, number, calculate, find x, value of, sum$, positive, negative, twice, percent, math, maths$",
    },
    Discipline.CODE: {
        STRONG: "python, javascript, typescript, java$, c++, rust$, golang, sql$, regex, regular expression, source "
        "code, compile, segfault, segmentation fault, stack trace, traceback, nullpointer, null pointer, unit "
        "test, refactor, debug, big-o, time complexity, binary search, hash map, hashmap, linked list, binary "
        "tree, garbage collect, race condition, deadlock, mutex, thread-safe, api endpoint, json$, html$, "
        "css$, recursion, recursive function, def$, lambda$, pseudocode, bash$, shell script, git$, docker, "
        "kubernetes, database query, left join, inner join, off-by-one, syntax error, runtime error, index "
        "out of range, lru cache, sort an array, sorts a list, finite automaton, turing machine, parser, "
        "unicode string, utf-8, concurrency, async$, memory leak, programming, programmer, o(n, react "
        "component, algorithm, big o notation, null reference, type error, memory management, web server, "
        "frontend, backend",
        FAIR: "code$, program$, function that, function which, write a function, implement, method that, class "
        "that, array, string$, strings$, loop$, variable, bug$, bugs$, integer overflow, pointer, stack$, "
        "queue$, heap$, cache, thread, compiler, output of, prints, return the, returns, input list, list of "
        "integers, data structure, data type, script, software, server, bytes$, bits$, bitwise, commit$, "
        "repository, library, exception, parse, linear time, sorting, query, table users",
        WEAK: "list$, test$, tests$, input, output, run$, runs$, database, file$, files$",
    },
    Discipline.SCIENTIFIC: {
        STRONG: "velocity, acceleration, newton, joule, kinetic energy, momentum, friction, gravity, gravitational, "
        "projectile, voltage, resistor, capacitor, ohm$, ohms$, current of, electron, proton, neutron, "
        "photon, quantum, wavelength, frequency of, thermodynamic, entropy, enthalpy, ideal gas, molar, "
        "mole$, moles$, stoichiometr, titrat, ph$, acid, alkal, oxidation, redox, reagent, reactant, catalys, "
        "molecul, atom, isotope, half-life, radioactiv, decay, dna$, rna$, mrna, protein, enzyme, chromosom, "
        "allele, genotype, phenotype, gene$, genes$, genetic, mitochondri, photosynth, cell membrane, "
        "bacteri, virus, evolution, species, ecosystem, hardy-weinberg, planet, orbit, telescope, galaxy, "
        "star$, stars$, black hole, celsius, kelvin, pascal, pressure of, density of, specific heat, boiling, "
        "melting, freez, evaporat, spring constant, pendulum, magnetic, electric, refract, chemical, "
        "chemistry, physics, biology, organism, hormone, neuron, thermometer, litre, liter, combustion, "
        "periodic table, p-value, t-test, chi-square, confidence interval, null hypothesis, standard "
        "deviation, balance the equation, balance the chemical, immune, infection, tectonic, volcano, "
        "earthquake, sediment, lens$, lenses$, diffract, buoyan, viscos, osmosis, mitosis, meiosis, antibod, "
        "fossil, solubil, precipitat, electrolysis, asteroid, comet$, supernova, relativity, spectroscop",
        FAIR: "mass$, kg$, m/s, force, energy, temperature, heat$, metal, gas$, liquid, solid$, water, light$, "
        "wave$, speed of, sound, ball is thrown, dropped from, height, metres per, meters per, grams, "
        "kilogram, solution of, concentration, reaction, balance the, experiment, measurement, sample, blood, "
        "plant, plants$, animal, heart, brain, climate, earth$, moon$, sun$, sky$, oxygen, hydrogen, carbon, "
        "sodium, iron$, circuit, battery, inherit, offspring, hypothesis, statistic, vaccine, laborator, "
        "expand when, dissolv, rust$, burn, cell$, cells$, weather, ocean, tide$, tides$, mineral",
        WEAK: "scien, nature, natural, metre, meter, seconds, measure, physical",
    },
    Discipline.STRATEGIC: {
        STRONG: "nash$, nash equilib, game theory, zero-sum, payoff, dominant strategy, dominated strateg, prisoner's "
        "dilemma, prisoners' dilemma, minimax, backward induction, auction, bidder, bidding, vickrey, sealed- "
        "bid, shapley, coalition, mechanism design, knapsack, travelling salesman, traveling salesman, "
        "critical path, job shop, makespan, max-flow, maximum flow, min-cut, stable matching, linear program, "
        "integer program, optimal policy, markov decision, nim$, opponent, checkmate, chess, best response, "
        "bargain, negotiat, oligopol, duopol, cournot, bertrand competition, stackelberg, first-mover, "
        "strips$, scheduling, supply chain, resource allocation, vehicle routing, portfolio, subgame, mixed "
        "strategy, shortest route, opportunity cost, tit for tat, pareto, zermelo, tic-tac-toe, poker, "
        "checkers, matching market, bin packing, assignment problem, production plan, capacity plan, "
        "arbitrage",
        FAIR: "strategy, strategies, strategic, player, game$, games$, optimal, optimi, maximise, maximize, "
        "minimise, minimize, schedule, allocate, allocation of, assign, budget, deadline, constraint, "
        "competitor, compete, market, price, profit, revenue, cost$, costs$, firm$, firms$, warehouse, "
        "deliver, route, inventory, plan$, planning, moves first, winning, win$, rival, incentive, "
        "investment, invest$, project, tasks, workers, machine schedule, equilibri, move$, moves$",
        WEAK: "best$, cheapest, fastest, choose, decide, decision, trade-off, tradeoff, efficient, business, company",
    },
    Discipline.CAUSAL: {
        STRONG: "causal, causation, causality, confound, counterfactual, do-calculus, do(, back-door, backdoor, "
        "front-door, instrumental variable, average treatment effect, treatment effect, effect of treatment, "
        "mediat, collider, d-separat, dag$, directed acyclic graph, simpson's paradox, randomised, "
        "randomized, randomised controlled, propensity, difference-in-differences, regression discontinuity, "
        "natural experiment, selection bias, reverse causation, spurious, what would have happened, would "
        "have happened, control group, structural equation, intervention on, intervene on, potential outcome, "
        "correlation impl, correlation does, observational stud, observational data, have happened if, have "
        "happened had, cause of, root cause, causes of, granger",
        FAIR: "cause$, causes$, caused, causing, because of, correlat, effect of, effect on, affects, impact of, "
        "treatment, intervention, placebo, led to, leads to, due to, if he had not, if she had not, had not, "
        "would still, associated with, association between, attribute, attributable, adjust for, adjusting "
        "for, controlling for, exposure, risk factor, explain why, responsible for the, result of, influence, "
        "had been, have been different, would have, do people who, given that, lead to, reduce, increase",
        WEAK: "why$, reason for, study found, observed, outcome, group, patients, smok, policy change, if we had",
    },
    Discipline.ETHICAL: {
        STRONG: "ethic, moral, immoral, trolley, utilitarian, deontolog, kantian, kant$, virtue, consent, fairness, "
        "unfair, justice, unjust, injustice, human rights, rights of, duty to, duties, obligat, permissible, "
        "impermissible, conflict of interest, whistleblow, privacy, confidential, discriminat, bias against, "
        "informed consent, euthanasia, abortion, triage, dilemma, autonomy, beneficence, non-maleficence, "
        "voting rule, borda, condorcet, envy-free, bankruptcy division, leximin, equitable, equity, dignity, "
        "blame, wrongdoing, animal welfare, plagiaris, bribe, briber, corrupt, retention policy, acceptable "
        "to lie, lie to, lying, steal$, stealing, cheat, exploit, child labour, child labor, death penalty, "
        "capital punishment, promise, fairly, heir$, heirs$, talmud, inheritance dispute, immigrants, "
        "slavery, torture, charity, paternalis, nepotism",
        FAIR: "should we, should a, should the, should an, ought, right or wrong, wrong to, right thing, fair$, "
        "harm$, harms$, harmful, responsible, responsibility, rights$, values, principle, norm$, norms$, "
        "law$, legal, policy, policies, vote$, votes$, voting, election, welfare, society, social, patient's "
        "wish, wishes, accountab, transparen, trust$, honest, deceive, deception, victim, vulnerable, "
        "sacrifice, save five, save one, lives, justify, justified, allowed to, forbidden, personal data, "
        "surveillance, refuse, estate, is it ok, is it okay, is it acceptable, is it wrong, is it right, is "
        "it fair, deserve, guilty, punish, respect, obliged",
        WEAK: "should i, people, person, doctor, employee, employer, community, family, public, citizen, share$",
    },
}
