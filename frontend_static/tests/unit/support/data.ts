// One of each thing, as the server sends it.
const money = (amountMinor: number, currency = 'EUR') => ({ amountMinor, currency });

export const site = {
	__typename: 'Site',
	id: 's1',
	name: 'Hamburg Life Science Labs',
	city: 'Hamburg',
	country: 'DE',
	timeZone: 'Europe/Berlin',
	currency: 'EUR',
	openingHours: 'Mo-Fr 07:00-21:00',
	closesOn: null as string | null,
	closingReason: '',
	legalEntity: { __typename: 'LegalEntity', id: 'l1', name: 'Nord Incubator GmbH', country: 'DE' },
};

export const floor = {
	__typename: 'Floor',
	id: 'f1',
	building: 'Main building',
	name: 'Ground floor',
	level: 0,
	planSvg: '',
	version: 1,
	rooms: [
		{ __typename: 'Room', id: 'r1', name: 'Open lab', biosafetyLevel: 1, capacity: 16, codeUrl: '/codes/area/r1.svg' },
	],
};

export const unit = {
	__typename: 'Unit',
	id: 'u1',
	name: 'Elbe',
	kind: 'MEETING_ROOM',
	capacity: 12,
	openingHours: 'Mo-Fr 07:00-21:00',
	priceIncludesTax: false,
	hourlyPrice: money(3500),
	monthlyPrice: money(62_000),
	biosafetyLevel: 0,
	equipment: ['screen'],
	requirements: [],
	currentOutage: null as object | null,
	photos: [],
	policy: {
		stepMinutes: 15,
		cancelNoticeMinutes: 1440,
		cancelFeePercent: 50,
		noShowFeePercent: 100,
		graceMinutes: null,
		needsApproval: false,
	},
	site,
};

export const plan = {
	__typename: 'Plan',
	id: 'pl1',
	name: 'Start-up booster',
	currency: 'EUR',
	phases: [
		{ years: 1, period: 'YEAR', amount: money(0) },
		{ years: null, period: 'YEAR', amount: money(30_000) },
	],
};

export const startup = {
	__typename: 'Organization',
	id: 'o1',
	name: 'Nivara Bio',
	localName: null,
	kind: 'STARTUP',
	country: 'DE',
	city: 'Hamburg',
	sector: 'biopharma',
};
export const corporate = { ...startup, id: 'o2', name: 'Evotec', kind: 'CORPORATE' };
const person = { __typename: 'Person', id: 'p2', name: 'Wei Zhang', email: 'wei@example.com' };

export const rental = {
	__typename: 'Rental',
	id: 'r1',
	unit,
	startsOn: '2026-01-01',
	endsOn: '2026-12-31',
	monthlyPrice: money(62_000),
};

export const residency = {
	__typename: 'Residency',
	id: 're1',
	state: 'ACTIVE',
	startsOn: '2026-01-01',
	endsOn: '2026-12-31',
	headcount: 3,
	startup,
	site,
	plan,
	rentals: [rental],
};

export const invoice = {
	__typename: 'Invoice',
	id: 'i1',
	number: 'HAM-2026-1001',
	kind: 'INVOICE',
	state: 'FINALISED',
	paymentState: 'OVERDUE',
	issuedOn: '2026-10-02',
	dueOn: '2026-10-16',
	periodStart: '2026-09-01',
	periodEnd: '2026-09-30',
	documentUrl: '/documents/invoices/i1.pdf',
	finaliseAfter: null,
	settlement: null,
	reason: '',
	homeTax: null,
	blockers: [] as object[],
	corrects: null,
	creditNotes: [] as object[],
	refund: null,
	version: 1,
	customer: startup,
	legalEntity: site.legalEntity,
	net: money(37_965),
	tax: money(7_213),
	gross: money(45_178),
	paid: money(0),
	credited: money(0),
	outstanding: money(45_178),
	lines: [
		{
			position: 1,
			description: 'Rental: Bench 03',
			suppliedFrom: '2026-09-01',
			suppliedTo: '2026-09-30',
			taxRule: 'de-standard',
			taxNote: '',
			taxEvidence: [{ name: 'seller country', value: 'DE' }],
			discount: money(0),
			credited: money(0),
			taxCategory: 'S',
			taxRate: '19',
			ruleNote: '',
			net: money(37_965),
			amount: money(37_965),
		},
	],
	payments: [] as object[],
	documents: [{ kind: 'PDF', url: '/documents/invoices/i1.pdf', sha256: 'ab12', size: 47_580 }],
	fapiao: null as object | null,
	deposit: null,
};

export const booking = {
	__typename: 'Booking',
	id: 'b1',
	title: 'Investor visit',
	state: 'CONFIRMED',
	startsAt: '2026-11-24T09:00:00Z',
	endsAt: '2026-11-24T10:30:00Z',
	isMine: true,
	version: 1,
	unit,
	organization: startup,
	bookedBy: person,
	price: money(5250),
};

export const quote = {
	price: money(5250),
	priceIncludesTax: false,
	creditMinutes: 30,
	lines: [
		{
			unitId: 'u1',
			name: 'Elbe',
			what: 'credit',
			isPerHour: true,
			quantity: 30,
			unitPrice: money(0),
			amount: money(0),
		},
		{
			unitId: 'u1',
			name: 'Elbe',
			what: 'time',
			isPerHour: true,
			quantity: 90,
			unitPrice: money(3500),
			amount: money(5250),
		},
	],
	totals: { net: money(5250), tax: money(998), gross: money(6248) },
	brokenRules: [] as object[],
};

export const offer = {
	__typename: 'Offer',
	id: 'of1',
	state: 'OPEN',
	startsOn: '2027-01-01',
	endsOn: '2027-12-31',
	expiresOn: '2026-12-15',
	terms: 'One bench,\n  12 months.',
	termsHash: 'b448f281',
	version: 1,
	startup,
	site,
	plan,
	unit,
	deposit: money(124_000),
	monthlyPrice: money(62_000),
	application: {
		__typename: 'Application',
		id: 'a1',
		call: { __typename: 'Call', id: 'c1', title: 'Booster 2027', programme: 'Start-up booster' },
	},
};

export const application = {
	__typename: 'Application',
	id: 'a1',
	state: 'SUBMITTED',
	headcount: 3,
	pitch: 'A test for sepsis.',
	wishes: 'One wet bench.',
	contactName: 'Lena Hartmann',
	contactEmail: 'lena@example.com',
	submittedAt: '2026-11-20T08:00:00Z',
	version: 1,
	startup,
	site,
	call: offer.application.call,
	offer: null,
};

export const call = {
	__typename: 'Call',
	id: 'c1',
	title: 'Booster 2027',
	summary: 'First year free.',
	programme: 'Start-up booster',
	opensOn: '2026-11-01',
	closesOn: '2027-01-31',
	state: 'OPEN',
	sites: [site],
};

export const billingRun = {
	__typename: 'BillingRun',
	id: 'br1',
	month: '2026-10-01',
	state: 'RUNNING',
	total: 34,
	done: 12,
	parked: 1,
	late: 1,
	startedAt: '2026-11-02T04:20:00Z',
	decidedAt: null,
	decidedByName: null,
	finishedAt: null,
	invoicedGross: [money(1_840_230)],
	operator: { id: 'o1', name: 'Life Science Nord Management', localName: null },
	estimates: [
		{
			customers: 34,
			strays: true,
			expected: money(2_000_000),
			before: money(1_600_000),
			legalEntity: site.legalEntity,
		},
	],
	parkedCustomers: [
		{
			id: 'pc1',
			code: 'RateMissing',
			reason: 'There is no exchange rate.',
			ownerName: null,
			customer: startup,
			legalEntity: site.legalEntity,
		},
	],
	lateCustomers: [{ latePeriods: 2, customer: startup, legalEntity: site.legalEntity }],
};

export const workItem = {
	__typename: 'WorkItem',
	id: 'w1',
	kind: 'make_invoice',
	subject: 'Ferrum Robotics',
	state: 'PARKED',
	attempts: 5,
	lastError: 'TaxRuleMissing',
	runAfter: '2026-11-02T04:20:00Z',
};

export const portfolioLine = {
	__typename: 'PortfolioLine',
	residency,
	startup,
	site,
	plan: 'Start-up booster',
	units: ['Bench 03'],
	startsOn: '2026-01-01',
	headcount: 3,
	bookedMinutes: 270,
	secondedMinutes: 120,
	secondees: 1,
	openDeals: 2,
	rentPerMonth: money(62_000),
	invoiced: money(73_780),
	paid: money(0),
	outstanding: money(73_780),
	overdue: money(45_178),
	dealValue: null,
};

export const secondment = {
	__typename: 'Secondment',
	id: 'se1',
	function: 'Regulatory affairs',
	hoursPerWeek: 8,
	startsOn: '2026-10-01',
	endsOn: '2027-03-31',
	costModel: 'SPONSORED',
	goals: 'First audit.',
	loggedMinutes: 600,
	secondee: person,
	employer: corporate,
	host: startup,
};

export const timeLog = {
	__typename: 'TimeLog',
	id: 't1',
	workedOn: '2026-11-23',
	minutes: 90,
	category: 'coaching',
	note: 'Pitch rehearsal',
	version: 1,
	secondment: { __typename: 'Secondment', id: 'se1', loggedMinutes: 690, host: startup },
};

export const deal = {
	__typename: 'Deal',
	id: 'd1',
	title: 'ECG wearable pilot',
	stage: 'SCOPING',
	openedAt: '2026-10-20T08:00:00Z',
	startup,
	corporate,
	value: money(4_440_000),
	manager: person,
};

export const member = { __typename: 'MembershipPerson', person, roles: ['MEMBER'], isPending: false };

export const notification = {
	__typename: 'Notification',
	id: 'n1',
	kind: 'offer_made',
	title: 'New offer',
	body: 'Bench 03',
	path: '/offers/of1',
	createdAt: '2026-11-22T08:00:00Z',
	readAt: null,
};

export const auditEntry = {
	__typename: 'AuditEntry',
	id: 'au1',
	occurredAt: '2026-11-22T08:00:00Z',
	action: 'offer accepted',
	typeName: 'Offer',
	nodeId: null,
	requestId: 'req1',
	before: null,
	after: '{}',
	person,
};

export const officeRental = {
	__typename: 'Rental',
	id: 'r9',
	startsOn: '2026-11-01',
	endsOn: '2027-10-31',
	state: 'RUNNING',
	noticeGivenAt: null,
	version: 1,
	monthlyPrice: money(145_000),
	weeklyPrice: null,
	dailyPrice: null,
	notice: { count: 3, unit: 'MONTHS' },
	unit: { ...unit, id: 'u9', name: 'Office 01', kind: 'OFFICE' },
	organization: startup,
	checklists: [] as object[],
	badges: [] as object[],
};

export const rentalHold = {
	__typename: 'RentalHold',
	id: 'h1',
	startsOn: '2026-12-01',
	endsOn: '2027-05-31',
	expiresAt: '2026-11-30T12:00:00Z',
	note: '',
	state: 'HELD',
	rentalId: null,
	version: 1,
	unit: { ...unit, id: 'u8', name: 'Office 02', kind: 'OFFICE' },
	organization: startup,
	heldBy: null,
};

export const badge = {
	__typename: 'Badge',
	id: 'b1',
	kind: 'BADGE',
	number: 'B-101',
	opens: 'Main door',
	state: 'IN',
	issuedAt: null,
	dueOn: null,
	version: 1,
	holder: null,
	organization: null,
	site,
};
