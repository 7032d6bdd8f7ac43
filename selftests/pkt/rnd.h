/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers determined by a seed: xorshift64*. */
#ifndef _RND_H
#define _RND_H

#include <stdint.h>

/* A state that is not 0, and not similar to that of the next seed. */
static inline uint64_t rnd_seed(uint32_t seed)
{
	return (seed + 1ULL) * 0x9e3779b97f4a7c15ULL;
}

/* Returns a number below @n. */
static inline uint32_t rnd_next(uint64_t *state, uint32_t n)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

#endif /* _RND_H */
