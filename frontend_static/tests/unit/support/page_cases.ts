import type { Component } from 'svelte';
import ApplicationsPage from '../../../src/features/admissions/ApplicationsPage.svelte';
import ApplyPage from '../../../src/features/admissions/ApplyPage.svelte';
import CallsPage from '../../../src/features/admissions/CallsPage.svelte';
import OfferPage from '../../../src/features/admissions/OfferPage.svelte';
import ResidenciesPage from '../../../src/features/admissions/ResidenciesPage.svelte';
import AuditPage from '../../../src/features/audit/AuditPage.svelte';
import BadgesPage from '../../../src/features/badges/BadgesPage.svelte';
import BillingPage from '../../../src/features/billing/BillingPage.svelte';
import InvoicePage from '../../../src/features/billing/InvoicePage.svelte';
import InvoicesPage from '../../../src/features/billing/InvoicesPage.svelte';
import BookingsPage from '../../../src/features/booking/BookingsPage.svelte';
import DealsPage from '../../../src/features/deals/DealsPage.svelte';
import CorporateHome from '../../../src/features/home/CorporateHome.svelte';
import ManagerHome from '../../../src/features/home/ManagerHome.svelte';
import StartupHome from '../../../src/features/home/StartupHome.svelte';
import NotificationsPage from '../../../src/features/notifications/NotificationsPage.svelte';
import PeoplePage from '../../../src/features/people/PeoplePage.svelte';
import CodesPage from '../../../src/features/places/CodesPage.svelte';
import PortfolioPage from '../../../src/features/portfolio/PortfolioPage.svelte';
import RentalsPage from '../../../src/features/rentals/RentalsPage.svelte';
import SecondmentsPage from '../../../src/features/secondments/SecondmentsPage.svelte';
import SettingsPage from '../../../src/features/settings/SettingsPage.svelte';
import SpacePage from '../../../src/features/space/SpacePage.svelte';
import TimePage from '../../../src/features/time/TimePage.svelte';
import * as data from './data';
import * as moneyData from './moneyData';
import type { Who } from './people';
import { type Answer, page } from './server';

/** One page: who opens it, the answers it may get, and what it says then. */
export interface PageCase {
	readonly name: string;
	readonly Page: Component<never>;
	readonly who: Who;
	readonly address?: string;
	/** The operation that the page stands on. */
	readonly main: string;
	readonly full: object;
	readonly empty: object;
	/** What the page says when there is nothing, and what it shows when there is something. */
	readonly emptyText: string;
	readonly fullText: string;
	readonly others?: Record<string, Answer>;
}

const sites = { BookableSites: { sites: page([data.site]) } };
const startupHome = {
	residencies: page([data.residency]),
	bookings: page([data.booking]),
	offers: page([data.offer]),
	people: { totalCount: 3 },
	overdue: page([moneyData.invoice]),
	partlyPaid: page([]),
	open: page([]),
};
const nothingAtHome = Object.fromEntries(Object.keys(startupHome).map((key) => [key, page([])]));
const corporateHome = {
	secondments: page([data.secondment]),
	deals: page([data.deal]),
	overdue: page([]),
	partlyPaid: page([]),
	open: page([]),
};
const runs = {
	BillingRuns: { billingRuns: page([moneyData.billingRun]) },
	BillingRunDetails: { node: moneyData.billingRun },
	ParkedWork: { parkedWork: page([data.workItem]) },
};
const attention = { ManagerAttention: { applications: page([data.application]), overdue: page([moneyData.invoice]) } };
const portfolio = { portfolio: page([data.portfolioLine]) };

export const pages: readonly PageCase[] = [
	{
		name: 'startup home',
		Page: StartupHome,
		who: 'owner',
		main: 'StartupHome',
		full: startupHome,
		empty: { ...nothingAtHome, people: { totalCount: 3 } },
		emptyText: 'Find a place',
		fullText: 'An offer waits for you: Hamburg Life Science Labs',
	},
	{
		name: 'corporate home',
		Page: CorporateHome,
		who: 'scout',
		main: 'CorporateHome',
		full: corporateHome,
		empty: { secondments: page([]), deals: page([]) },
		emptyText: 'Nobody is seconded',
		fullText: 'ECG wearable pilot',
	},
	{
		name: 'manager home',
		Page: ManagerHome,
		who: 'manager',
		main: 'Portfolio',
		full: portfolio,
		empty: { portfolio: page([]) },
		emptyText: 'No residencies in this month',
		fullText: '1 parked item',
		others: { ...sites, ...runs, ...attention, PortfolioTotals: portfolio },
	},
	{
		name: 'portfolio',
		Page: PortfolioPage,
		who: 'manager',
		main: 'Portfolio',
		full: portfolio,
		empty: { portfolio: page([]) },
		emptyText: 'No residencies in this month',
		fullText: '1 residency',
		others: { ...sites, PortfolioTotals: portfolio },
	},
	{
		name: 'offer',
		Page: OfferPage,
		who: 'owner',
		main: 'OfferDetails',
		full: { node: data.offer },
		empty: { node: null },
		emptyText: 'This does not exist, or it is not yours to see.',
		fullText: 'Offer: Hamburg Life Science Labs',
	},
	{
		name: 'space',
		Page: SpacePage,
		who: 'owner',
		main: 'Space',
		full: { residencies: page([data.residency]) },
		empty: { residencies: page([]) },
		emptyText: 'No space yet',
		fullText: 'Nord Incubator GmbH',
		others: {
			OwnRentals: { rentals: page([data.officeRental]) },
			RentalHolds: { rentalHolds: page([]) },
			Allowances: { allowances: [] },
		},
	},
	{
		name: 'rentals',
		Page: RentalsPage,
		who: 'manager',
		main: 'Rentals',
		full: { rentals: page([data.officeRental]) },
		empty: { rentals: page([]) },
		emptyText: 'No rentals',
		fullText: 'EUR 1,450.00 a month',
		others: { ...sites, RentalHolds: { rentalHolds: page([data.rentalHold]) } },
	},
	{
		name: 'badges',
		Page: BadgesPage,
		who: 'manager',
		main: 'Badges',
		full: { badges: page([data.badge]) },
		empty: { badges: page([]) },
		emptyText: 'No keys or badges',
		fullText: 'B-101',
		others: sites,
	},
	{
		name: 'codes at doors',
		Page: CodesPage,
		who: 'manager',
		main: 'Floors',
		full: { floors: [data.floor] },
		empty: { floors: [] },
		emptyText: 'No rooms yet',
		fullText: 'Main building, Ground floor',
		others: sites,
	},
	{
		name: 'bookings',
		Page: BookingsPage,
		who: 'owner',
		address: '/bookings?day=2026-11-24',
		main: 'DayBookings',
		full: { bookings: page([data.booking]) },
		empty: { bookings: page([]) },
		emptyText: 'Elbe, free',
		fullText: 'Investor visit',
		others: { ...sites, OwnSite: { residencies: page([data.residency]) }, BookableUnits: { units: page([data.unit]) } },
	},
	{
		name: 'invoices',
		Page: InvoicesPage,
		who: 'owner',
		main: 'Invoices',
		full: { invoices: page([moneyData.invoice]) },
		empty: { invoices: page([]) },
		emptyText: 'No invoices yet',
		fullText: 'HAM-2026-1001',
		others: { InvoiceTotals: { totals: [], blocked: [] } },
	},
	{
		name: 'invoice',
		Page: InvoicePage,
		who: 'owner',
		main: 'InvoiceDetails',
		full: { node: moneyData.invoice },
		empty: { node: null },
		emptyText: 'This does not exist, or it is not yours to see.',
		fullText: 'Rental: Bench 03',
	},
	{
		name: 'billing',
		Page: BillingPage,
		who: 'manager',
		main: 'BillingRuns',
		full: { billingRuns: page([moneyData.billingRun]) },
		empty: { billingRuns: page([]) },
		emptyText: 'No billing runs yet',
		fullText: 'Billing run: October 2026',
		others: { BillingRunDetails: { node: moneyData.billingRun }, ParkedWork: { parkedWork: page([data.workItem]) } },
	},
	{
		name: 'applications',
		Page: ApplicationsPage,
		who: 'manager',
		main: 'Applications',
		full: { applications: page([data.application]) },
		empty: { applications: page([]) },
		emptyText: 'No applications yet',
		fullText: 'Nivara Bio',
		others: sites,
	},
	{
		name: 'calls of the public',
		Page: CallsPage,
		who: 'owner',
		main: 'OpenCalls',
		full: { openCalls: page([data.call]) },
		empty: { openCalls: page([]) },
		emptyText: 'No call is open right now',
		fullText: 'Booster 2027',
	},
	{
		name: 'calls of the operator',
		Page: CallsPage,
		who: 'manager',
		main: 'Calls',
		full: { calls: page([data.call]) },
		empty: { calls: page([]) },
		emptyText: 'No calls yet',
		fullText: 'Booster 2027',
	},
	{
		name: 'apply',
		Page: ApplyPage,
		who: 'owner',
		main: 'OpenCalls',
		full: { openCalls: page([{ ...data.call, id: 'x1' }]) },
		empty: { openCalls: page([]) },
		emptyText: 'This call is not open',
		fullText: 'Name of the startup',
	},
	{
		name: 'residencies',
		Page: ResidenciesPage,
		who: 'manager',
		main: 'Residencies',
		full: { residencies: page([data.residency]) },
		empty: { residencies: page([]) },
		emptyText: 'No residencies yet',
		fullText: 'Nivara Bio',
		others: sites,
	},
	{
		name: 'secondments',
		Page: SecondmentsPage,
		who: 'manager',
		main: 'Secondments',
		full: { secondments: page([data.secondment]) },
		empty: { secondments: page([]) },
		emptyText: 'Nobody is seconded yet',
		fullText: 'Regulatory affairs',
	},
	{
		name: 'deals',
		Page: DealsPage,
		who: 'manager',
		main: 'Deals',
		full: { deals: page([data.deal]) },
		empty: { deals: page([]) },
		emptyText: 'No deals yet',
		fullText: 'ECG wearable pilot',
	},
	{
		name: 'time',
		Page: TimePage,
		who: 'mentor',
		main: 'MySecondments',
		full: { secondments: page([data.secondment]) },
		empty: { secondments: page([]) },
		emptyText: 'You are not seconded yet',
		fullText: 'My secondments',
		others: { TimeLogs: { timeLogs: page([data.timeLog]) } },
	},
	{
		name: 'people',
		Page: PeoplePage,
		who: 'owner',
		main: 'People',
		full: { people: page([data.member]) },
		empty: { people: page([]) },
		emptyText: 'Nobody yet',
		fullText: 'Wei Zhang',
		others: { Invitations: { invitations: page([]) } },
	},
	{
		name: 'notifications',
		Page: NotificationsPage,
		who: 'owner',
		main: 'Notifications',
		full: { notifications: page([data.notification]) },
		empty: { notifications: page([]) },
		emptyText: 'Nothing new',
		fullText: 'New offer',
	},
	{
		name: 'sessions',
		Page: SettingsPage,
		who: 'owner',
		address: '/settings?tab=security',
		main: 'Sessions',
		full: {
			sessions: page([
				{
					__typename: 'Session',
					id: 'x',
					userAgent: 'Firefox/140 (Windows)',
					createdAt: '2026-11-22T08:00:00Z',
					lastSeenAt: '2026-11-22T08:00:00Z',
					isCurrent: true,
				},
			]),
		},
		empty: { sessions: page([]) },
		emptyText: 'No sessions',
		fullText: 'Firefox · Windows',
	},
	{
		name: 'API tokens',
		Page: SettingsPage,
		who: 'manager',
		address: '/settings?tab=tokens',
		main: 'ApiTokens',
		full: {
			apiTokens: page([
				{
					__typename: 'ApiToken',
					id: 'x',
					name: 'Portfolio export',
					scopes: ['read'],
					createdAt: '2026-11-22T08:00:00Z',
					expiresAt: null,
					lastUsedAt: null,
				},
			]),
		},
		empty: { apiTokens: page([]) },
		emptyText: 'No tokens yet',
		fullText: 'Portfolio export',
	},
	{
		name: 'notification preferences',
		Page: SettingsPage,
		who: 'owner',
		address: '/settings?tab=notifications',
		main: 'NotificationPreferences',
		full: {
			notificationPreferences: [
				{ __typename: 'NotificationPreference', kind: 'a', label: 'Offers', email: true, inApp: true },
			],
		},
		empty: { notificationPreferences: [] },
		emptyText: 'There is nothing to choose',
		fullText: 'Offers',
	},
	{
		name: 'audit trail',
		Page: AuditPage,
		who: 'manager',
		main: 'AuditTrail',
		full: { auditTrail: page([data.auditEntry]) },
		empty: { auditTrail: page([]) },
		emptyText: 'No entries',
		fullText: 'offer accepted',
	},
];
