import { describe, expect, test } from 'vitest';
import { holdsOn, isKeptByVies } from '../../src/features/taxes/taxes';

describe('a VAT id', () => {
	test.each([
		['DE136695976', true],
		['EL094259216', true],
		['XI980780684', true],
		['CHE107787577MWST', false],
		['200312345A', false],
		['', false],
	])('%s is kept by VIES: %s', (vatId, kept) => {
		expect(isKeptByVies(vatId)).toBe(kept);
	});
});

describe('what holds between two days', () => {
	test.each([
		['2026-01-01', '2026-01-31', '2025-12-31', false],
		['2026-01-01', '2026-01-31', '2026-01-01', true],
		['2026-01-01', '2026-01-31', '2026-01-31', true],
		['2026-01-01', '2026-01-31', '2026-02-01', false],
		['2026-01-01', null, '2099-01-01', true],
	])('%s to %s, on %s: %s', (validFrom, validTo, day, holds) => {
		expect(holdsOn({ validFrom, validTo }, day)).toBe(holds);
	});
});
