import { prefetchBookings } from '../features/booking/prefetch';
import { InvoiceDetails } from '../gql/InvoiceDetails';
import { OfferDetails } from '../gql/OfferDetails';
import { OpenCalls } from '../gql/OpenCalls';
import { Space } from '../gql/Space';
import { prefetch } from '../lib/gql/client';
import { nodeId } from '../lib/gql/ids';
import type { Route } from '../lib/routing/router.svelte';
import { prefetchHome } from './homePrefetch';

/** Every address of the client. The order matters only for equal shapes, of which there are none. */
export const routes: readonly Route[] = [
	{
		pattern: '/',
		title: 'app:place.home',
		areas: ['home', 'portfolio', 'billing', 'time', 'secondments', 'deals', 'space'],
		audience: 'signedIn',
		load: () => import('../features/home/HomePage.svelte'),
		prefetch: prefetchHome,
	},
	{
		pattern: '/sign-in',
		title: 'app:signIn',
		areas: ['account'],
		audience: 'signedOut',
		load: () => import('../features/account/SignInPage.svelte'),
	},
	{
		pattern: '/reset-password',
		title: 'app:resetPassword',
		areas: ['account'],
		audience: 'everybody',
		load: () => import('../features/account/ResetPasswordPage.svelte'),
	},
	{
		pattern: '/invitation',
		title: 'app:invitation',
		areas: ['account'],
		audience: 'everybody',
		load: () => import('../features/account/InvitationPage.svelte'),
	},
	{
		pattern: '/calls',
		title: 'app:place.calls',
		areas: ['admissions'],
		audience: 'everybody',
		load: () => import('../features/admissions/CallsPage.svelte'),
		prefetch: () => prefetch(OpenCalls, { first: 100, after: null }),
	},
	{
		pattern: '/calls/:id/apply',
		title: 'app:apply',
		areas: ['admissions'],
		audience: 'everybody',
		load: () => import('../features/admissions/ApplyPage.svelte'),
		prefetch: () => prefetch(OpenCalls, { first: 100, after: null }),
	},
	{
		pattern: '/applications',
		title: 'app:place.applications',
		areas: ['admissions'],
		audience: 'signedIn',
		load: () => import('../features/admissions/ApplicationsPage.svelte'),
	},
	{
		pattern: '/offers/:id',
		title: 'app:offer',
		areas: ['admissions'],
		audience: 'signedIn',
		load: () => import('../features/admissions/OfferPage.svelte'),
		prefetch: ({ id }) => prefetch(OfferDetails, { id: nodeId('Offer', id ?? '') }),
	},
	{
		pattern: '/residencies',
		title: 'app:place.residencies',
		areas: ['admissions'],
		audience: 'signedIn',
		load: () => import('../features/admissions/ResidenciesPage.svelte'),
	},
	{
		pattern: '/space',
		title: 'app:place.space',
		areas: ['space'],
		audience: 'signedIn',
		load: () => import('../features/space/SpacePage.svelte'),
		prefetch: () => prefetch(Space, {}),
	},
	{
		pattern: '/units',
		title: 'app:place.units',
		areas: ['units'],
		audience: 'signedIn',
		load: () => import('../features/units/UnitsPage.svelte'),
	},
	{
		pattern: '/bookings',
		title: 'app:place.bookings',
		areas: ['booking'],
		audience: 'signedIn',
		load: () => import('../features/booking/BookingsPage.svelte'),
		prefetch: prefetchBookings,
	},
	{
		pattern: '/invoices',
		title: 'app:place.invoices',
		areas: ['billing'],
		audience: 'signedIn',
		load: () => import('../features/billing/InvoicesPage.svelte'),
	},
	{
		pattern: '/invoices/:id',
		title: 'app:invoice',
		areas: ['billing'],
		audience: 'signedIn',
		load: () => import('../features/billing/InvoicePage.svelte'),
		prefetch: ({ id }) => prefetch(InvoiceDetails, { id: nodeId('Invoice', id ?? '') }, ['Payment']),
	},
	{
		pattern: '/billing',
		title: 'app:place.billing',
		areas: ['billing'],
		audience: 'signedIn',
		load: () => import('../features/billing/BillingPage.svelte'),
	},
	{
		pattern: '/portfolio',
		title: 'app:place.portfolio',
		areas: ['portfolio'],
		audience: 'signedIn',
		load: () => import('../features/portfolio/PortfolioPage.svelte'),
	},
	{
		pattern: '/time',
		title: 'app:place.time',
		areas: ['time', 'secondments'],
		audience: 'signedIn',
		load: () => import('../features/time/TimePage.svelte'),
	},
	{
		pattern: '/secondments',
		title: 'app:place.secondments',
		areas: ['secondments'],
		audience: 'signedIn',
		load: () => import('../features/secondments/SecondmentsPage.svelte'),
	},
	{
		pattern: '/deals',
		title: 'app:place.deals',
		areas: ['deals'],
		audience: 'signedIn',
		load: () => import('../features/deals/DealsPage.svelte'),
	},
	{
		pattern: '/people',
		title: 'app:place.people',
		areas: ['people'],
		audience: 'signedIn',
		load: () => import('../features/people/PeoplePage.svelte'),
	},
	{
		pattern: '/notifications',
		title: 'app:place.notifications',
		areas: [],
		audience: 'signedIn',
		load: () => import('../features/notifications/NotificationsPage.svelte'),
	},
	{
		pattern: '/settings',
		title: 'app:place.settings',
		areas: ['settings'],
		audience: 'signedIn',
		load: () => import('../features/settings/SettingsPage.svelte'),
	},
	{
		pattern: '/imports',
		title: 'app:place.imports',
		areas: ['imports'],
		audience: 'signedIn',
		load: () => import('../features/imports/ImportsPage.svelte'),
	},
	{
		pattern: '/audit',
		title: 'app:place.audit',
		areas: ['audit'],
		audience: 'signedIn',
		load: () => import('../features/audit/AuditPage.svelte'),
	},
];
