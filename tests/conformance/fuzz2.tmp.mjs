import { buildClientSchema, getIntrospectionQuery, validate, parse, getNamedType, isInputObjectType, isEnumType, isListType, isNonNullType, getVariableValues, MaxIntrospectionDepthRule, specifiedRules } from 'graphql';
import { Server } from './src/server.mjs';
const server = new Server('http://127.0.0.1:8096');
const schema = buildClientSchema(await server.data(getIntrospectionQuery()));
let seed=+process.argv[2]||1; const rnd=()=>{seed=(Math.imul(seed,1103515245)+12345)&0x7fffffff; return (seed>>8)/0x7fffff}; const pick=a=>a[Math.floor(rnd()*a.length)];
const roots=['meetings','institutions','bills','observations','adoptionCases','documents','regions','timeline','adoptionCaseStatistics','similarCases','nodes','node','meeting','search'];
const types=['Int','Int!','String','String!','ID','ID!','[ID!]','[ID!]!','[ID]','Boolean','Boolean!','Float','Date','PartialDate','MeetingKind','MeetingKind!','[MeetingKind!]','OrderDirection','OrderDirection!','MeetingFilter','[MeetingFilter!]','MeetingOrder','[MeetingOrder!]','[MeetingOrder]','StringFilter','MeetingOrderField','DateTime','KRW','SimilarCaseInput','[String!]','[[Int]]'];
const lit=()=>pick(['1','-1','"x"','"2026-01-01"','true','null','MONTHLY','ASC','CODE','1.5','[]','{}','[1]','["a"]','[null]','99999999999','{a: 1}','[MONTHLY]','"""b"""']);
let vars;
const v=()=>{ const name='v'+vars.length; const t=pick(types); vars.push([name,t,rnd()<.3?lit():undefined]); return '$'+name; };
function value(t,d){ const r=rnd(); if(r<.08) return lit(); if(r<.2) return rnd()<.5&&vars.length?('$'+pick(vars)[0]):v();
 if(isNonNullType(t)) return value(t.ofType,d); if (r<.25) return 'null';
 if(isListType(t)) return rnd()<.2?value(t.ofType,d):'['+Array.from({length:Math.floor(rnd()*3)},()=>value(t.ofType,d)).join(', ')+']';
 if(isEnumType(t)) return pick(t.getValues()).name;
 if(isInputObjectType(t)){ if(d<=0) return '{}'; const fs=Object.values(t.getFields()); const n=Math.floor(rnd()*3)+ (rnd()<.8?1:0); const out=[]; for(let i=0;i<n;i++){const f=pick(fs.slice(0, rnd()<.5?6:fs.length)); out.push(f.name+': '+value(f.type,d-1));} for (const f of fs) if (isNonNullType(f.type)&&f.defaultValue===undefined&&rnd()<.9&&!out.some(o=>o.startsWith(f.name+':'))) out.push(f.name+': '+value(f.type,d-1)); return '{'+out.join(', ')+'}'; }
 return {Int:'5',Float:'1.5',String:'"x"',ID:'"x"',Boolean:'true',Date:'"2026-01-01"',PartialDate:'"2026-01"',DateTime:'"2026-01-01T00:00:00Z"',KRW:'5'}[t.name]??'"x"'; }
const jsv=()=>pick([1,0,-1,1.5,'x','2026-01-01',true,null,[],{},[1],['a'],[null],'MONTHLY','ASC','CODE',{code:{eq:'x'}},{field:'CODE'},[{field:'CODE'}],99999999999]);
const seen=new Map(); let n=0, counts={};
const rules=specifiedRules.filter(r=>r!==MaxIntrospectionDepthRule);
for (let k=0;k<(+process.argv[3]||3000);k++){ vars=[];
 const f=schema.getQueryType().getFields()[pick(roots)]; const args=[]; for(const a of f.args) if(rnd()<(isNonNullType(a.type)?.95:.25)) args.push(a.name+': '+value(a.type,3));
 const body={nodes:'{id}',node:'{id}',meeting:'{id}',adoptionCaseStatistics:'{total}'}[f.name]??'{totalCount}';
 const q=`{ ${f.name}${args.length?`(${args.join(', ')})`:''} ${body} }`; const text=(vars.length?`query (${vars.map(([a,t,d])=>`$${a}: ${t}${d?` = ${d}`:''}`).join(', ')}) `:'')+q;
 const given={}; for(const [a] of vars) if(rnd()<.6) given[a]=jsv();
 const doc=parse(text); const e=validate(schema,doc,rules); let ve=[]; if(!e.length) ve=getVariableValues(schema,doc.definitions[0].variableDefinitions??[],given).errors??[];
 const verdict=e.length?'V '+e[0].message: ve.length?'C '+ve[0].message:null; counts[verdict?verdict[0]:'ok']=(counts[verdict?verdict[0]:'ok']??0)+1;
 const {status,text:t}=await server.request({query:text,variables:given}); n++; const a=JSON.parse(t); const codes=(a.errors??[]).map(x=>x.extensions.code);
 const refused=status===400&&!('data' in a);
 let problem = verdict&&!refused?'accepted':!verdict&&refused?'refused':codes.includes('INTERNAL_SERVER_ERROR')||status>=500?'internal':null;
 if(problem){ const key=problem+' :: '+(verdict??'valid').replace(/"[^"]*"/g,'"…"').slice(0,100)+' => '+status+' '+codes[0]+' '+(problem==='refused'?a.errors[0].message.replace(/`[^`]*`/g,'`…`').slice(0,120):''); if(!seen.has(key)||seen.get(key)[1].length>text.length) seen.set(key,[(seen.get(key)?.[0]??0)+1,text,JSON.stringify(given),t.slice(0,250)]); else seen.get(key)[0]++; }
}
console.log(n,counts); for (const [k,[c,q,g,t]] of seen) console.log('##',c,k,'\n   ',q,'\n   ',g,'\n   ',t);
