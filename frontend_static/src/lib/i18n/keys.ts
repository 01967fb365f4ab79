// Every sentence's address, taken from the English files, so that a key that does not exist fails type checking.
import type account from '../../locales/en/account.json';
import type admissions from '../../locales/en/admissions.json';
import type app from '../../locales/en/app.json';
import type audit from '../../locales/en/audit.json';
import type billing from '../../locales/en/billing.json';
import type booking from '../../locales/en/booking.json';
import type calendars from '../../locales/en/calendars.json';
import type contracts from '../../locales/en/contracts.json';
import type deals from '../../locales/en/deals.json';
import type home from '../../locales/en/home.json';
import type imports from '../../locales/en/imports.json';
import type invoicing from '../../locales/en/invoicing.json';
import type machines from '../../locales/en/machines.json';
import type outages from '../../locales/en/outages.json';
import type owners from '../../locales/en/owners.json';
import type people from '../../locales/en/people.json';
import type places from '../../locales/en/places.json';
import type portfolio from '../../locales/en/portfolio.json';
import type rentals from '../../locales/en/rentals.json';
import type secondments from '../../locales/en/secondments.json';
import type settings from '../../locales/en/settings.json';
import type space from '../../locales/en/space.json';
import type taxes from '../../locales/en/taxes.json';
import type time from '../../locales/en/time.json';
import type trainings from '../../locales/en/trainings.json';
import type units from '../../locales/en/units.json';

interface Sentences {
	account: typeof account;
	admissions: typeof admissions;
	app: typeof app;
	audit: typeof audit;
	billing: typeof billing;
	booking: typeof booking;
	calendars: typeof calendars;
	contracts: typeof contracts;
	deals: typeof deals;
	home: typeof home;
	imports: typeof imports;
	invoicing: typeof invoicing;
	outages: typeof outages;
	machines: typeof machines;
	owners: typeof owners;
	people: typeof people;
	places: typeof places;
	portfolio: typeof portfolio;
	rentals: typeof rentals;
	secondments: typeof secondments;
	settings: typeof settings;
	space: typeof space;
	taxes: typeof taxes;
	time: typeof time;
	trainings: typeof trainings;
	units: typeof units;
}

export type Area = keyof Sentences;

/** `items_one` and `items_other` are both asked for as `items`. */
type WithoutPlural<Key extends string> = Key extends `${infer Base}_one` | `${infer Base}_other` ? Base : Key;

export type TextKey = { [A in Area]: `${A}:${WithoutPlural<keyof Sentences[A] & string>}` }[Area];
