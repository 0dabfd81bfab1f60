// What the pages work out about a bill.

interface Event {
  id: string;
  corrects: { id: string } | null;
}

/**
 * The events that none corrects, in the order of the procedure: a correction stands where stood what it corrects.
 * Dates do not tell the order, since some only say by when.
 */
export function valid<Row extends Event>(events: readonly Row[]): Row[] {
  const corrected = new Set(events.map((one) => one.corrects?.id));
  const byId = new Map(events.map((one, index) => [one.id, { one, index }]));
  const place = (event: Row): number => {
    let at: Event = event;
    // A correction may itself be corrected; the first of them has the place.
    for (let next = byId.get(at.corrects?.id ?? ''); next; next = byId.get(at.corrects?.id ?? '')) at = next.one;
    return byId.get(at.id)?.index ?? 0;
  };
  return events.filter((one) => !corrected.has(one.id)).sort((a, b) => place(a) - place(b));
}
