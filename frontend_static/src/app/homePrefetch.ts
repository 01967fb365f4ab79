import { CorporateHome } from '../gql/CorporateHome';
import { ManagerAttention } from '../gql/ManagerAttention';
import { MySecondments } from '../gql/MySecondments';
import { StartupHome } from '../gql/StartupHome';
import { prefetch } from '../lib/gql/client';
import type { Access } from './access';

const storageKey = 'incubator.home';
const daysAhead = 30;

/** What a home page asks for depends on the roles, which are known only after the viewer's answer. */
interface Remembered {
	readonly home: Access['home'];
	readonly seesMoney: boolean;
	readonly decides: boolean;
	readonly seesApplications: boolean;
}

/** Remembers which home this browser showed, so that the next visit asks for its data at once. */
export function rememberHome(access: Access): void {
	const remembered: Remembered = {
		home: access.home,
		seesMoney: access.may('SEE_MONEY'),
		decides: access.may('ACCEPT_OFFER'),
		seesApplications: access.may('MAKE_OFFER'),
	};
	try {
		localStorage.setItem(storageKey, JSON.stringify(remembered));
	} catch {
		// Without storage the next visit is a little slower and shows the same.
	}
}

export function forgetHome(): void {
	try {
		localStorage.removeItem(storageKey);
	} catch {
		// There was nothing to forget.
	}
}

export function rememberedHome(): Remembered | null {
	try {
		return JSON.parse(localStorage.getItem(storageKey) ?? 'null') as Remembered | null;
	} catch {
		return null;
	}
}

/** The bookings that a home shows; begins with the running hour, so that equal questions are one. */
export function bookingsAhead(now = new Date()): { from: string; until: string } {
	const hour = 3_600_000;
	const from = Math.floor(now.getTime() / hour) * hour;
	const instant = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');
	return { from: instant(from), until: instant(from + daysAhead * 24 * hour) };
}

export function prefetchHome(): void {
	const remembered = rememberedHome();
	if (!remembered) return;
	const { home, seesMoney, decides, seesApplications } = remembered;
	if (home === 'startup') prefetch(StartupHome, { ...bookingsAhead(), seesMoney, decides }, ['Payment']);
	else if (home === 'manager') prefetch(ManagerAttention, { seesApplications });
	else if (home === 'mentor') prefetch(MySecondments, {}, ['TimeLog']);
	else if (home === 'corporate') prefetch(CorporateHome, { seesMoney }, ['TimeLog', 'Payment']);
}
