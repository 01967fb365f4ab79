import { describe, expect, test } from 'vitest';
import {
	addMonths,
	daysBetween,
	formatDistance,
	instantAt,
	instantsOf,
	minuteOf,
	mondayOf,
} from '../../src/lib/time/dates';
import { formatMinutes, parseMinutes } from '../../src/lib/time/durations';
import { formatOpeningHours, openSpans } from '../../src/lib/time/openingHours';
import { formatTypedDay, parseDay } from '../../src/lib/time/typedDays';
import { clockDifference } from '../../src/lib/time/zones';

describe('a day of a site', () => {
	test('has 23 hours when clocks go forward and 25 when they go back', () => {
		const hours = (day: string) => {
			const { from, until } = instantsOf(day, 'Europe/Berlin');
			return (Date.parse(until) - Date.parse(from)) / 3_600_000;
		};
		expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-11-24')]).toEqual([23, 25, 24]);
	});

	test('counts minutes by the clock on the site’s wall', () => {
		expect(minuteOf('2026-11-24T01:30:00Z', '2026-11-24', 'Asia/Shanghai')).toBe(9 * 60 + 30);
		expect(minuteOf('2026-11-23T15:30:00Z', '2026-11-24', 'Asia/Shanghai')).toBe(-30);
		expect(instantAt('2026-11-24', 9 * 60 + 30, 'Asia/Shanghai')).toBe('2026-11-24T01:30:00Z');
		expect(instantAt('2026-11-24', 1440, 'Europe/Berlin')).toBe('2026-11-24T23:00:00Z');
	});

	test('belongs to a week that begins on Monday', () => {
		expect(mondayOf('2026-11-22')).toBe('2026-11-16');
		expect(daysBetween('2026-11-16', '2026-11-22')).toBe(6);
		expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
	});
});

test('the difference of clocks is told for the day in question', () => {
	expect(clockDifference('2026-11-24T12:00:00Z', 'Europe/Berlin', 'America/New_York')).toBe('−6 h');
	expect(clockDifference('2026-03-20T12:00:00Z', 'Europe/Berlin', 'America/New_York')).toBe('−5 h');
	expect(clockDifference('2026-11-24T12:00:00Z', 'Europe/Berlin', 'Asia/Kolkata')).toBe('+4:30 h');
	expect(clockDifference('2026-11-24T12:00:00Z', 'Europe/Berlin', 'Europe/Zurich')).toBeNull();
});

test('a distance is told in its largest unit', () => {
	const now = Date.parse('2026-11-24T12:00:00Z');
	expect(formatDistance('2026-11-24T10:00:00Z', now)).toBe('2 hours ago');
	expect(formatDistance('2026-11-23T11:00:00Z', now)).toBe('yesterday');
	expect(formatDistance('2026-11-24T12:00:20Z', now)).toBe('this minute');
});

describe('opening hours', () => {
	test('are those of the weekday', () => {
		const hours = 'Mo-Fr 08:00-12:00,13:00-18:00; Sa 09:00-12:00';
		expect(openSpans(hours, '2026-11-24')).toEqual([
			{ from: 480, to: 720 },
			{ from: 780, to: 1080 },
		]);
		expect(openSpans(hours, '2026-11-28')).toEqual([{ from: 540, to: 720 }]);
		expect(openSpans(hours, '2026-11-29')).toEqual([]);
	});

	test('can be all day, every day, or over the end of the week', () => {
		expect(openSpans('24/7', '2026-11-29')).toEqual([{ from: 0, to: 1440 }]);
		expect(openSpans('10:00-16:00', '2026-11-29')).toEqual([{ from: 600, to: 960 }]);
		expect(openSpans('Fr-Mo 08:00-10:00', '2026-11-23')).toEqual([{ from: 480, to: 600 }]);
	});

	test('are told in the reader’s words', () => {
		expect(formatOpeningHours('Mo-Fr 08:00-18:00; Sa 09:00-12:00')).toBe('Mon – Fri 08:00–18:00; Sat 09:00–12:00');
	});
});

describe('a length of time', () => {
	test.each([
		['1:30', 90],
		['90m', 90],
		['90', 90],
		['2', 120],
		['1.5h', 90],
		['1,5 Std', 90],
		['1h 30m', 90],
		['2小时', 120],
		['45 minutes', 45],
	])('%s is understood', (text, minutes) => {
		expect(parseMinutes(text)).toBe(minutes);
	});

	test.each(['', 'soon', '1:75', 'h', '-5'])('%j is refused', (text) => {
		expect(parseMinutes(text)).toBeNull();
	});

	test('is told in hours and minutes', () => {
		expect([formatMinutes(90), formatMinutes(120), formatMinutes(15)]).toEqual(['1 hr 30 mins', '2 hrs', '15 mins']);
	});
});

describe('a typed day', () => {
	test.each([
		['31/12/2026', 'en-GB', '2026-12-31'],
		['12/31/2026', 'en-US', '2026-12-31'],
		['31.12.26', 'de-DE', '2026-12-31'],
		['31.12.', 'de-DE', '2026-12-31'],
		['2026/12/31', 'zh-CN', '2026-12-31'],
		['2026-12-31', 'en-US', '2026-12-31'],
	])('%s is read as people of %s write', (text, region, day) => {
		expect(parseDay(text, '2026-11-24', region)).toBe(day);
	});

	test.each(['', '31.2.2026', 'tomorrow', '1.1'])('%j is no day in Britain', (text) => {
		expect(parseDay(text, '2026-11-24', 'en-GB')).toBe(text === '1.1' ? '2026-01-01' : null);
	});

	test('is shown in the reader’s order, and anything else as it is', () => {
		expect(formatTypedDay('2026-12-31')).toBe('31/12/2026');
		expect(formatTypedDay('soon')).toBe('soon');
	});
});
