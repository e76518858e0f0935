import { Temporal } from 'temporal-polyfill';

const DAY = 24 * 60 * 60 * 1000;
/** Where no change is found: it is looked for about three years ahead, which is no promise for what comes later. */
const LOOK_AHEAD = 1000 * DAY;
/** The first day of any interval lies no farther before an instant in it. */
const BEFORE = 40 * DAY;

interface DayStart {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** RFC 3339 with the zone's offset. */
  readonly label: string;
}

/** A time in which the clocks of a zone are not changed. */
interface Era {
  readonly begin: DayStart;
  readonly until: number;
  readonly offset: number;
  readonly suffix: string;
  readonly next: Temporal.ZonedDateTime;
}

/**
 * When the dates of a time zone begin, asked for one after the other. A date is its midnight as if in UTC, in
 * milliseconds. Zones are slow to ask, and a thousand dates would hold up every other request: a zone is only
 * asked when its clocks are changed, the rest is arithmetic.
 */
export class ZoneDays {
  readonly #timeZone: string;
  #era: Era;

  /** @param first an instant in the first interval that is asked for */
  constructor(timeZone: string, first: number) {
    this.#timeZone = timeZone;
    this.#era = eraFrom(Temporal.Instant.fromEpochMilliseconds(first - BEFORE).toZonedDateTimeISO(timeZone));
  }

  /** The date that an instant has there. */
  dateOf(instant: number): number {
    const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(
      this.#timeZone,
    );
    return Date.UTC(year, month - 1, day);
  }

  /** Its first midnight, or where that is skipped, what comes after. */
  startOf(date: number): DayStart {
    while (date - this.#era.offset >= this.#era.until) this.#era = eraFrom(this.#era.next);
    const { begin, offset, suffix } = this.#era;
    const time = date - offset;
    if (time < begin.time) return begin;
    return { time, label: `${new Date(date).toISOString().slice(0, 19)}${suffix}` };
  }
}

function eraFrom(begin: Temporal.ZonedDateTime): Era {
  const label = begin.toString({ timeZoneName: 'never' });
  const next = begin.getTimeZoneTransition('next') ?? begin.add({ milliseconds: LOOK_AHEAD });
  return {
    begin: { time: begin.epochMilliseconds, label },
    until: next.epochMilliseconds,
    offset: begin.offsetNanoseconds / 1e6,
    // Rounded there to minutes: some zones once had seconds.
    suffix: label.slice(-6),
    next,
  };
}
