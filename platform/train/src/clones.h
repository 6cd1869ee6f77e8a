// One function, compiled for several instruction sets and chosen when the program is loaded. The
// bits do not depend on the choice: nothing is contracted (-ffp-contract=off) or reassociated, sums
// run over a fixed number of lanes.
#pragma once

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define SYNFACE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SYNFACE_CLONES
#endif
