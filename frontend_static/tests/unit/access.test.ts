import { describe, expect, test } from 'vitest';
import { accessOf } from '../../src/app/access';
import { commandsFor, matching } from '../../src/app/commands';
import { placesFor, tabsFor } from '../../src/app/places';
import { viewerAs, type Who } from './support/people';

const placesOf = (who: Who) =>
	placesFor(accessOf(viewerAs(who)))
		.flatMap((group) => group.places)
		.map(({ href }) => href);

describe('places', () => {
	test.each<[Who, string, readonly string[]]>([
		[
			'owner',
			'startup',
			[
				'/',
				'/space',
				'/bookings',
				'/qualifications',
				'/deals',
				'/secondments',
				'/invoices',
				'/accounts',
				'/contracts',
				'/billing-details',
				'/people',
			],
		],
		['member', 'startup', ['/', '/space', '/bookings', '/qualifications', '/deals', '/secondments', '/people']],
		[
			'finance',
			'finance',
			[
				'/',
				'/bookings',
				'/calls',
				'/invoices',
				'/accounts',
				'/contracts',
				'/charges',
				'/plans',
				'/price-indexes',
				'/tax-settings',
				'/owner-statements',
				'/people',
			],
		],
		['mentor', 'mentor', ['/', '/qualifications', '/people']],
		['scout', 'corporate', ['/', '/qualifications', '/deals', '/secondments', '/people']],
	])('of the role %s are its own', (who, home, places) => {
		expect(accessOf(viewerAs(who)).home).toBe(home);
		expect(placesOf(who)).toEqual(places);
	});

	test('of a manager are all that an operator has', () => {
		expect(placesOf('manager')).toEqual([
			'/',
			'/portfolio',
			'/bookings',
			'/applications',
			'/calls',
			'/residencies',
			'/rentals',
			'/badges',
			'/units',
			'/places',
			'/machine-hours',
			'/trainings',
			'/usage-problems',
			'/deals',
			'/secondments',
			'/billing',
			'/invoices',
			'/accounts',
			'/contracts',
			'/charges',
			'/plans',
			'/price-indexes',
			'/tax-settings',
			'/owner-statements',
			'/people',
			'/imports',
			'/audit',
		]);
	});

	test('in reach of the thumb are at most four, besides "More"', () => {
		for (const who of ['owner', 'manager', 'mentor', 'scout', 'finance', 'reviewer'] as const) {
			const tabs = tabsFor(accessOf(viewerAs(who)));
			expect(tabs.length).toBeGreaterThan(0);
			expect(tabs.length).toBeLessThanOrEqual(4);
		}
	});
});

describe('the palette', () => {
	const commands = (who: Who) => commandsFor(viewerAs(who), accessOf(viewerAs(who)));

	test('reaches every place of the viewer', () => {
		const ids = commands('manager').map(({ id }) => id);
		expect(ids).toEqual(expect.arrayContaining(placesOf('manager').map((href) => `place-${href}`)));
	});

	test('offers only what the viewer may do', () => {
		const labels = commands('mentor').map(({ label }) => label);
		expect(labels).toContain('Log time');
		expect(labels).not.toContain('Start a billing run');
	});

	test('finds by words in any order', () => {
		expect(matching(commands('manager'), 'run bill').map(({ label }) => label)).toEqual(['Start a billing run']);
		expect(matching(commands('manager'), 'zzz')).toEqual([]);
	});
});
