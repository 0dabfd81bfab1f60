import { buildClientSchema, getIntrospectionQuery, validate, parse, Kind, visit, print, MaxIntrospectionDepthRule, specifiedRules, Lexer, Source, TokenKind } from 'graphql';
import { Server } from './src/server.mjs';
import { Graph } from './src/graph.mjs';
import { randomQueries } from './src/random.mjs';
const server = new Server('http://127.0.0.1:8096');
const schema = buildClientSchema(await server.data(getIntrospectionQuery()));
const graph = await Graph.read(server, schema);
const names=['id','code','kind','title','first','where','eq','in','Meeting','Fact','Node','Party','Int','String','ID','Boolean','skip','include','if','null','true','5','"x"','$v0','$v1','{','}','(',')','[',']',':','...','!','@','on','__typename','nodes','edges','MeetingKind','MONTHLY','number','ko','5.0','F0','F1','query','subscription'];
let seed=+process.argv[2]||1; const rnd=()=>{seed=(seed*1103515245+12345)&0x7fffffff; return seed/0x7fffffff};
const seen=new Map(); let n=0,bad=0;
for (const {query, variables} of randomQueries(graph, seed+77, +process.argv[3]||400)) {
  if (query.length>3000) continue;
  for (let k=0;k<6;k++){
    const toks=[]; const lx=new Lexer(new Source(query)); for(let t=lx.advance(); t.kind!==TokenKind.EOF; t=lx.advance()) toks.push(query.slice(t.start,t.end));
    const i=Math.floor(rnd()*toks.length), j=Math.floor(rnd()*toks.length); const r=rnd();
    if (r<.3) toks[i]=names[Math.floor(rnd()*names.length)];
    else if (r<.5) toks[i]=toks[j];
    else if (r<.65) toks.splice(i,1);
    else if (r<.85) { const len=1+Math.floor(rnd()*6); toks.splice(j,0,...toks.slice(i,i+len)); }
    else toks.splice(i,0,names[Math.floor(rnd()*names.length)]);
    const text=toks.join(' ');
    let verdict; try { const d=parse(text); const e=validate(schema,d,specifiedRules.filter(r=>r!==MaxIntrospectionDepthRule)); verdict=e.length?e[0].message:null; if(!e.length && d.definitions.filter(x=>x.kind==='OperationDefinition').length!==1) continue; } catch(e){ verdict='syntax: '+e.message }
    const {status,text:t}=await server.request({query:text,variables}); n++;
    const code=JSON.parse(t).errors?.[0]?.extensions?.code;
    const refused=status===400 && !('data' in JSON.parse(t)) ;
    if (verdict && !refused || !verdict && /VALIDATION|PARSE/.test(code??'') || status>=500|| /INTERNAL/.test(code??'')) { bad++; const key=(verdict??'VALID').replace(/"[^"]*"/g,'"…"').slice(0,90)+' => '+status+' '+code; if(!seen.has(key)) {seen.set(key,[0,text,t.slice(0,300)]);} seen.get(key)[0]++; }
  }
}
console.log(n,bad); for (const [k,[c,q,t]] of seen) console.log('##',c,k,'\n',q.slice(0,700),'\n',t);
