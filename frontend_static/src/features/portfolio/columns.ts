import type { Snippet } from 'svelte';
import type { PortfolioQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { formatHours } from '../../lib/time/durations';
import type { Column } from '../../lib/ui/table';

export type Line = PortfolioQuery['portfolio']['nodes'][number];

/** Cells that are more than a text or an amount. */
type Drawn = Readonly<Record<'startup' | 'units' | 'overdue', Snippet<[Line]>>>;

const hours = (minutes: number) => (minutes / 60).toFixed(2);

/** The columns in the reader's language: those on screen, and those with room in an export only. */
export function columnsOf({ startup, units, overdue }: Drawn): Column<Line>[] {
	return [
		{
			key: 'startup',
			label: t('portfolio:startup'),
			order: 'STARTUP',
			phone: 'title',
			cell: startup,
			text: (line) => line.startup.name,
		},
		{
			key: 'units',
			label: t('portfolio:units'),
			phone: 'hidden',
			cell: units,
			text: (line) => line.units.join('; '),
		},
		{
			key: 'headcount',
			label: t('portfolio:headcount'),
			order: 'HEADCOUNT',
			align: 'end',
			phone: 'hidden',
			text: (line) => line.headcount,
		},
		{
			key: 'rent',
			label: t('portfolio:rent'),
			order: 'RENT_PER_MONTH',
			align: 'end',
			phone: 'hidden',
			money: (line) => line.rentPerMonth,
		},
		{
			key: 'invoiced',
			label: t('portfolio:invoiced'),
			order: 'INVOICED',
			align: 'end',
			phone: 'aside',
			money: (line) => line.invoiced,
		},
		{
			key: 'outstanding',
			label: t('portfolio:outstanding'),
			order: 'OUTSTANDING',
			align: 'end',
			phone: 'hidden',
			money: (line) => line.outstanding,
		},
		{
			key: 'overdue',
			label: t('portfolio:overdue'),
			order: 'OVERDUE',
			align: 'end',
			phone: 'meta',
			cell: overdue,
			money: (line) => line.overdue,
		},
		{
			key: 'booked',
			label: t('portfolio:booked'),
			align: 'end',
			phone: 'hidden',
			text: (line) => formatHours(line.bookedMinutes),
			csv: (line) => hours(line.bookedMinutes),
		},
		{
			key: 'seconded',
			label: t('portfolio:seconded'),
			align: 'end',
			phone: 'hidden',
			text: (line) => formatHours(line.secondedMinutes),
			csv: (line) => hours(line.secondedMinutes),
		},
		{ key: 'deals', label: t('portfolio:deals'), align: 'end', phone: 'hidden', text: (line) => line.openDeals },
		{ key: 'site', exportOnly: true, label: t('portfolio:site'), text: (line) => line.site.name },
		{ key: 'plan', exportOnly: true, label: t('portfolio:plan'), text: (line) => line.plan },
		{ key: 'since', exportOnly: true, label: t('portfolio:since'), text: (line) => line.startsOn },
		{ key: 'paid', exportOnly: true, label: t('portfolio:paid'), money: (line) => line.paid },
		{ key: 'secondees', exportOnly: true, label: t('portfolio:secondees'), text: (line) => line.secondees },
		{
			key: 'dealValue',
			exportOnly: true,
			label: t('portfolio:dealValue'),
			money: (line) => line.dealValue,
		},
		{ key: 'country', exportOnly: true, label: t('portfolio:country'), text: (line) => line.startup.country },
		{ key: 'sector', exportOnly: true, label: t('portfolio:sector'), text: (line) => line.startup.sector },
		{ key: 'currency', exportOnly: true, label: t('portfolio:currency'), text: (line) => line.rentPerMonth.currency },
	];
}
