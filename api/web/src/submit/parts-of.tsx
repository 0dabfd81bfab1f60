import { useState } from 'react';

import { say } from '../app/language';
import { cellOf } from './cells';
import type { Indicator, Sheet } from './load';
import { addRow } from './store';
import { texts } from './texts';
import { anchor } from './words';

/** Adds a part of an indicator by region, size and industry, as far as it may be divided by them. */
export function AddPart({ indicator, sheet, taken }: { indicator: Indicator; sheet: Sheet; taken: readonly string[] }) {
  const t = texts();
  const [chosen, setChosen] = useState({ region: '', size: '', industry: '' });
  const [fault, setFault] = useState('');
  const at = `${anchor(indicator.code)}-add`;

  function add() {
    const cell = cellOf({ indicator: indicator.code, ...chosen });
    if (cell === indicator.code) return setFault(t.needPart);
    if (taken.includes(cell)) return setFault(t.partThere);
    addRow(sheet.submission.id, cell);
    setFault('');
    setChosen({ region: '', size: '', industry: '' });
    requestAnimationFrame(() => document.getElementById(`${anchor(cell)}-value`)?.focus());
  }

  const choice = (field: keyof typeof chosen, label: string, options: readonly { code: string; text: string }[]) => (
    <div className="field">
      <label htmlFor={`${at}-${field}`}>{label}</label>
      <select id={`${at}-${field}`} value={chosen[field]} onChange={(event) => setChosen({ ...chosen, [field]: event.target.value })}>
        <option value="">{t.undivided}</option>
        {options.map(({ code, text }) => (
          <option key={code} value={code}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
  const named = (list: Sheet['regions']) => list.map(({ code, name }) => ({ code, text: say(name) }));
  const sizes = Object.entries(t.sizes).map(([code, text]) => ({ code, text }));
  return (
    <fieldset className="add-part">
      <legend>{t.addPart}</legend>
      <p className="note">{t.addPartLead}</p>
      <div className="row-of-fields">
        {indicator.isByRegion && choice('region', t.region, named(sheet.regions))}
        {indicator.isBySize && choice('size', t.size, sizes)}
        {indicator.isByIndustry && choice('industry', t.industry, named(sheet.industries))}
        <button type="button" className="button" onClick={add}>
          {t.addPart}
        </button>
      </div>
      <p role="status" className="fault">
        {fault}
      </p>
    </fieldset>
  );
}
