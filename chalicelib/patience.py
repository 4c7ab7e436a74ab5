"""How long a call to AWS may take before we give it up (time-outs): less than the function that makes it has.

Three tries of 7 s, and the pauses between (1 s and 2 s at most), are 24 s; no function has less than API Gateway's 29.
"""

CONNECT_S, READ_S, TRIES = 2, 5, 3
