// SPDX-License-Identifier: GPL-2.0
/* Checks whether sampling is random, and whether a rate limit is kept. */
#include <stdio.h>

#include "probe.h"

#define BINS	100
#define SIGMAS	4.0

/* Without libm, which this static program is not linked with. */
static double root(double x)
{
	double r = x > 1 ? x : 1;
	int i;

	for (i = 0; i < 60; i++)
		r = (r + x / r) / 2;
	return r;
}

/*
 * Bounds of chi-square with @k degrees of freedom: four standard deviations of Wilson and
 * Hilferty's normal approximation. A value that is too low is an error as well: taking
 * every hundredth frame gives 0.
 */
static double chi_bound(double k, double z)
{
	double c = 1 - 2 / (9 * k) + z * root(2 / (9 * k));

	return k * c * c * c;
}

/* Each bin is binomial: of its frames, one in @sample. */
static double chi_square(const uint32_t *bins, double expected, uint32_t sample)
{
	double variance = expected * (1 - 1.0 / sample), sum = 0, d;
	int i;

	for (i = 0; i < BINS; i++) {
		d = bins[i] - expected;
		sum += d * d / variance;
	}
	return sum;
}

static bool judge_chi(const struct probe *p, const char *what, const uint32_t *bins)
{
	double chi = chi_square(bins, (double)p->got / BINS, p->sample);
	bool good = chi > chi_bound(BINS - 1, -SIGMAS) && chi < chi_bound(BINS - 1, SIGMAS);

	printf("%s=%.1f ", what, chi);
	if (!good)
		fprintf(stderr, "pkt: chi-square over %s is %.1f, not between %.1f and %.1f\n",
			what, chi, chi_bound(BINS - 1, -SIGMAS), chi_bound(BINS - 1, SIGMAS));
	return good;
}

/* The number is within four sigma, at any place, and no distance is preferred. */
static bool judge_sample(const struct probe *p)
{
	uint32_t place[BINS] = { 0 }, step[BINS] = { 0 };
	double mean = (double)p->sent / p->sample;
	double sigma = root(mean * (1 - 1.0 / p->sample));
	double off = ((double)p->got - mean) / sigma;
	bool good = off > -SIGMAS && off < SIGMAS;
	uint32_t i;

	for (i = 0; i < p->got && i < p->room; i++) {
		place[(uint64_t)p->copies[i].seq * BINS / p->sent]++;
		step[p->copies[i].seq % BINS]++;
	}
	printf("sigmas=%.2f ", off);
	if (!good)
		fprintf(stderr, "pkt: %u copies of %u frames are %.1f sigma off\n", p->got,
			p->sent, off);
	good &= judge_chi(p, "place", place);
	return judge_chi(p, "step", step) && good;
}

/*
 * The largest number of copies beyond the rate in any interval: the burst. A time stamp
 * is taken shortly before the rate limit is checked.
 */
static double worst_burst(const struct probe *p)
{
	double low = 0, high, worst = 0;
	uint32_t i;

	for (i = 0; i < p->got && i < p->room; i++) {
		high = i + 1 - (double)(p->copies[i].stamp - p->copies[0].stamp) / 1e9 *
		       p->rate;
		/* the number of a copy is the number of copies before it */
		if (!i || high - 1 < low)
			low = high - 1;
		if (high - low > worst)
			worst = high - low;
	}
	return worst;
}

static bool judge_rate(const struct probe *p)
{
	double burst = p->rate / 10.0 + 1;
	double want = (double)p->busy_ns / 1e9 * p->rate + burst;
	double most = (double)p->total_ns / 1e9 * p->rate + burst;
	double worst = worst_burst(p);
	bool good = p->got > 0.9 * want && p->got < 1.1 * want && p->got <= most + 1 &&
		    worst < 1.5 * burst + 1;

	printf("want=%.0f worst=%.0f ", want, worst);
	if (!good)
		fprintf(stderr, "pkt: %u copies, not %.0f; the worst burst had %.0f\n", p->got,
			want, worst);
	if (p->sent > 2 * most)
		return good;
	fprintf(stderr, "pkt: %u frames sent are too few for a rate that lets %.0f through\n",
		p->sent, most);
	return false;
}

/* Print the result and whether it is as expected. */
bool probe_judge(const struct probe *p)
{
	bool good = true;

	if (p->sample)
		good &= judge_sample(p);
	if (p->rate)
		good &= judge_rate(p);
	return good;
}
