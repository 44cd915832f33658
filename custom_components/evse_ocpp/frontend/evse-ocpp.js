var Ir=Object.defineProperty;var Wr=Object.getOwnPropertyDescriptor;var h=(i,n,e,t)=>{for(var r=t>1?void 0:t?Wr(n,e):n,s=i.length-1,o;s>=0;s--)(o=i[s])&&(r=(t?o(n,e,r):o(r))||r);return t&&r&&Ir(n,e,r),r};var vt=globalThis,xt=vt.ShadowRoot&&(vt.ShadyCSS===void 0||vt.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,en=Symbol(),In=new WeakMap,tt=class{constructor(n,e,t){if(this._$cssResult$=!0,t!==en)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=n,this.t=e}get styleSheet(){let n=this.o,e=this.t;if(xt&&n===void 0){let t=e!==void 0&&e.length===1;t&&(n=In.get(e)),n===void 0&&((this.o=n=new CSSStyleSheet).replaceSync(this.cssText),t&&In.set(e,n))}return n}toString(){return this.cssText}},Wn=i=>new tt(typeof i=="string"?i:i+"",void 0,en),v=(i,...n)=>{let e=i.length===1?i[0]:n.reduce((t,r,s)=>t+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(r)+i[s+1],i[0]);return new tt(e,i,en)},Gn=(i,n)=>{if(xt)i.adoptedStyleSheets=n.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of n){let t=document.createElement("style"),r=vt.litNonce;r!==void 0&&t.setAttribute("nonce",r),t.textContent=e.cssText,i.appendChild(t)}},tn=xt?i=>i:i=>i instanceof CSSStyleSheet?(n=>{let e="";for(let t of n.cssRules)e+=t.cssText;return Wn(e)})(i):i;var{is:Gr,defineProperty:Br,getOwnPropertyDescriptor:Kr,getOwnPropertyNames:qr,getOwnPropertySymbols:Vr,getPrototypeOf:Yr}=Object,wt=globalThis,Bn=wt.trustedTypes,Zr=Bn?Bn.emptyScript:"",Jr=wt.reactiveElementPolyfillSupport,nt=(i,n)=>i,it={toAttribute(i,n){switch(n){case Boolean:i=i?Zr:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,n){let e=i;switch(n){case Boolean:e=i!==null;break;case Number:e=i===null?null:Number(i);break;case Object:case Array:try{e=JSON.parse(i)}catch{e=null}}return e}},$t=(i,n)=>!Gr(i,n),Kn={attribute:!0,type:String,converter:it,reflect:!1,useDefault:!1,hasChanged:$t};Symbol.metadata??=Symbol("metadata"),wt.litPropertyMetadata??=new WeakMap;var te=class extends HTMLElement{static addInitializer(n){this._$Ei(),(this.l??=[]).push(n)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(n,e=Kn){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(n)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(n,e),!e.noAccessor){let t=Symbol(),r=this.getPropertyDescriptor(n,t,e);r!==void 0&&Br(this.prototype,n,r)}}static getPropertyDescriptor(n,e,t){let{get:r,set:s}=Kr(this.prototype,n)??{get(){return this[e]},set(o){this[e]=o}};return{get:r,set(o){let a=r?.call(this);s?.call(this,o),this.requestUpdate(n,a,t)},configurable:!0,enumerable:!0}}static getPropertyOptions(n){return this.elementProperties.get(n)??Kn}static _$Ei(){if(this.hasOwnProperty(nt("elementProperties")))return;let n=Yr(this);n.finalize(),n.l!==void 0&&(this.l=[...n.l]),this.elementProperties=new Map(n.elementProperties)}static finalize(){if(this.hasOwnProperty(nt("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(nt("properties"))){let e=this.properties,t=[...qr(e),...Vr(e)];for(let r of t)this.createProperty(r,e[r])}let n=this[Symbol.metadata];if(n!==null){let e=litPropertyMetadata.get(n);if(e!==void 0)for(let[t,r]of e)this.elementProperties.set(t,r)}this._$Eh=new Map;for(let[e,t]of this.elementProperties){let r=this._$Eu(e,t);r!==void 0&&this._$Eh.set(r,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(n){let e=[];if(Array.isArray(n)){let t=new Set(n.flat(1/0).reverse());for(let r of t)e.unshift(tn(r))}else n!==void 0&&e.push(tn(n));return e}static _$Eu(n,e){let t=e.attribute;return t===!1?void 0:typeof t=="string"?t:typeof n=="string"?n.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(n=>this.enableUpdating=n),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(n=>n(this))}addController(n){(this._$EO??=new Set).add(n),this.renderRoot!==void 0&&this.isConnected&&n.hostConnected?.()}removeController(n){this._$EO?.delete(n)}_$E_(){let n=new Map,e=this.constructor.elementProperties;for(let t of e.keys())this.hasOwnProperty(t)&&(n.set(t,this[t]),delete this[t]);n.size>0&&(this._$Ep=n)}createRenderRoot(){let n=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Gn(n,this.constructor.elementStyles),n}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(n=>n.hostConnected?.())}enableUpdating(n){}disconnectedCallback(){this._$EO?.forEach(n=>n.hostDisconnected?.())}attributeChangedCallback(n,e,t){this._$AK(n,t)}_$ET(n,e){let t=this.constructor.elementProperties.get(n),r=this.constructor._$Eu(n,t);if(r!==void 0&&t.reflect===!0){let s=(t.converter?.toAttribute!==void 0?t.converter:it).toAttribute(e,t.type);this._$Em=n,s==null?this.removeAttribute(r):this.setAttribute(r,s),this._$Em=null}}_$AK(n,e){let t=this.constructor,r=t._$Eh.get(n);if(r!==void 0&&this._$Em!==r){let s=t.getPropertyOptions(r),o=typeof s.converter=="function"?{fromAttribute:s.converter}:s.converter?.fromAttribute!==void 0?s.converter:it;this._$Em=r;let a=o.fromAttribute(e,s.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(n,e,t,r=!1,s){if(n!==void 0){let o=this.constructor;if(r===!1&&(s=this[n]),t??=o.getPropertyOptions(n),!((t.hasChanged??$t)(s,e)||t.useDefault&&t.reflect&&s===this._$Ej?.get(n)&&!this.hasAttribute(o._$Eu(n,t))))return;this.C(n,e,t)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(n,e,{useDefault:t,reflect:r,wrapped:s},o){t&&!(this._$Ej??=new Map).has(n)&&(this._$Ej.set(n,o??e??this[n]),s!==!0||o!==void 0)||(this._$AL.has(n)||(this.hasUpdated||t||(e=void 0),this._$AL.set(n,e)),r===!0&&this._$Em!==n&&(this._$Eq??=new Set).add(n))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let n=this.scheduleUpdate();return n!=null&&await n,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[r,s]of this._$Ep)this[r]=s;this._$Ep=void 0}let t=this.constructor.elementProperties;if(t.size>0)for(let[r,s]of t){let{wrapped:o}=s,a=this[r];o!==!0||this._$AL.has(r)||a===void 0||this.C(r,void 0,s,a)}}let n=!1,e=this._$AL;try{n=this.shouldUpdate(e),n?(this.willUpdate(e),this._$EO?.forEach(t=>t.hostUpdate?.()),this.update(e)):this._$EM()}catch(t){throw n=!1,this._$EM(),t}n&&this._$AE(e)}willUpdate(n){}_$AE(n){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(n)),this.updated(n)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(n){return!0}update(n){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(n){}firstUpdated(n){}};te.elementStyles=[],te.shadowRootOptions={mode:"open"},te[nt("elementProperties")]=new Map,te[nt("finalized")]=new Map,Jr?.({ReactiveElement:te}),(wt.reactiveElementVersions??=[]).push("2.1.2");var cn=globalThis,qn=i=>i,_t=cn.trustedTypes,Vn=_t?_t.createPolicy("lit-html",{createHTML:i=>i}):void 0,ei="$lit$",oe=`lit$${Math.random().toFixed(9).slice(2)}$`,ti="?"+oe,Xr=`<${ti}>`,xe=document,st=()=>xe.createComment(""),ot=i=>i===null||typeof i!="object"&&typeof i!="function",dn=Array.isArray,Qr=i=>dn(i)||typeof i?.[Symbol.iterator]=="function",nn=`[ 	
\f\r]`,rt=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Yn=/-->/g,Zn=/>/g,ye=RegExp(`>|${nn}(?:([^\\s"'>=/]+)(${nn}*=${nn}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Jn=/'/g,Xn=/"/g,ni=/^(?:script|style|textarea|title)$/i,un=i=>(n,...e)=>({_$litType$:i,strings:n,values:e}),c=un(1),ae=un(2),ka=un(3),we=Symbol.for("lit-noChange"),u=Symbol.for("lit-nothing"),Qn=new WeakMap,ve=xe.createTreeWalker(xe,129);function ii(i,n){if(!dn(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Vn!==void 0?Vn.createHTML(n):n}var es=(i,n)=>{let e=i.length-1,t=[],r,s=n===2?"<svg>":n===3?"<math>":"",o=rt;for(let a=0;a<e;a++){let l=i[a],d,p,m=-1,f=0;for(;f<l.length&&(o.lastIndex=f,p=o.exec(l),p!==null);)f=o.lastIndex,o===rt?p[1]==="!--"?o=Yn:p[1]!==void 0?o=Zn:p[2]!==void 0?(ni.test(p[2])&&(r=RegExp("</"+p[2],"g")),o=ye):p[3]!==void 0&&(o=ye):o===ye?p[0]===">"?(o=r??rt,m=-1):p[1]===void 0?m=-2:(m=o.lastIndex-p[2].length,d=p[1],o=p[3]===void 0?ye:p[3]==='"'?Xn:Jn):o===Xn||o===Jn?o=ye:o===Yn||o===Zn?o=rt:(o=ye,r=void 0);let g=o===ye&&i[a+1].startsWith("/>")?" ":"";s+=o===rt?l+Xr:m>=0?(t.push(d),l.slice(0,m)+ei+l.slice(m)+oe+g):l+oe+(m===-2?a:g)}return[ii(i,s+(i[e]||"<?>")+(n===2?"</svg>":n===3?"</math>":"")),t]},at=class i{constructor({strings:n,_$litType$:e},t){let r;this.parts=[];let s=0,o=0,a=n.length-1,l=this.parts,[d,p]=es(n,e);if(this.el=i.createElement(d,t),ve.currentNode=this.el.content,e===2||e===3){let m=this.el.content.firstChild;m.replaceWith(...m.childNodes)}for(;(r=ve.nextNode())!==null&&l.length<a;){if(r.nodeType===1){if(r.hasAttributes())for(let m of r.getAttributeNames())if(m.endsWith(ei)){let f=p[o++],g=r.getAttribute(m).split(oe),$=/([.?@])?(.*)/.exec(f);l.push({type:1,index:s,name:$[2],strings:g,ctor:$[1]==="."?sn:$[1]==="?"?on:$[1]==="@"?an:He}),r.removeAttribute(m)}else m.startsWith(oe)&&(l.push({type:6,index:s}),r.removeAttribute(m));if(ni.test(r.tagName)){let m=r.textContent.split(oe),f=m.length-1;if(f>0){r.textContent=_t?_t.emptyScript:"";for(let g=0;g<f;g++)r.append(m[g],st()),ve.nextNode(),l.push({type:2,index:++s});r.append(m[f],st())}}}else if(r.nodeType===8)if(r.data===ti)l.push({type:2,index:s});else{let m=-1;for(;(m=r.data.indexOf(oe,m+1))!==-1;)l.push({type:7,index:s}),m+=oe.length-1}s++}}static createElement(n,e){let t=xe.createElement("template");return t.innerHTML=n,t}};function Ae(i,n,e=i,t){if(n===we)return n;let r=t!==void 0?e._$Co?.[t]:e._$Cl,s=ot(n)?void 0:n._$litDirective$;return r?.constructor!==s&&(r?._$AO?.(!1),s===void 0?r=void 0:(r=new s(i),r._$AT(i,e,t)),t!==void 0?(e._$Co??=[])[t]=r:e._$Cl=r),r!==void 0&&(n=Ae(i,r._$AS(i,n.values),r,t)),n}var rn=class{constructor(n,e){this._$AV=[],this._$AN=void 0,this._$AD=n,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(n){let{el:{content:e},parts:t}=this._$AD,r=(n?.creationScope??xe).importNode(e,!0);ve.currentNode=r;let s=ve.nextNode(),o=0,a=0,l=t[0];for(;l!==void 0;){if(o===l.index){let d;l.type===2?d=new lt(s,s.nextSibling,this,n):l.type===1?d=new l.ctor(s,l.name,l.strings,this,n):l.type===6&&(d=new ln(s,this,n)),this._$AV.push(d),l=t[++a]}o!==l?.index&&(s=ve.nextNode(),o++)}return ve.currentNode=xe,r}p(n){let e=0;for(let t of this._$AV)t!==void 0&&(t.strings!==void 0?(t._$AI(n,t,e),e+=t.strings.length-2):t._$AI(n[e])),e++}},lt=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(n,e,t,r){this.type=2,this._$AH=u,this._$AN=void 0,this._$AA=n,this._$AB=e,this._$AM=t,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let n=this._$AA.parentNode,e=this._$AM;return e!==void 0&&n?.nodeType===11&&(n=e.parentNode),n}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(n,e=this){n=Ae(this,n,e),ot(n)?n===u||n==null||n===""?(this._$AH!==u&&this._$AR(),this._$AH=u):n!==this._$AH&&n!==we&&this._(n):n._$litType$!==void 0?this.$(n):n.nodeType!==void 0?this.T(n):Qr(n)?this.k(n):this._(n)}O(n){return this._$AA.parentNode.insertBefore(n,this._$AB)}T(n){this._$AH!==n&&(this._$AR(),this._$AH=this.O(n))}_(n){this._$AH!==u&&ot(this._$AH)?this._$AA.nextSibling.data=n:this.T(xe.createTextNode(n)),this._$AH=n}$(n){let{values:e,_$litType$:t}=n,r=typeof t=="number"?this._$AC(n):(t.el===void 0&&(t.el=at.createElement(ii(t.h,t.h[0]),this.options)),t);if(this._$AH?._$AD===r)this._$AH.p(e);else{let s=new rn(r,this),o=s.u(this.options);s.p(e),this.T(o),this._$AH=s}}_$AC(n){let e=Qn.get(n.strings);return e===void 0&&Qn.set(n.strings,e=new at(n)),e}k(n){dn(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,t,r=0;for(let s of n)r===e.length?e.push(t=new i(this.O(st()),this.O(st()),this,this.options)):t=e[r],t._$AI(s),r++;r<e.length&&(this._$AR(t&&t._$AB.nextSibling,r),e.length=r)}_$AR(n=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);n!==this._$AB;){let t=qn(n).nextSibling;qn(n).remove(),n=t}}setConnected(n){this._$AM===void 0&&(this._$Cv=n,this._$AP?.(n))}},He=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(n,e,t,r,s){this.type=1,this._$AH=u,this._$AN=void 0,this.element=n,this.name=e,this._$AM=r,this.options=s,t.length>2||t[0]!==""||t[1]!==""?(this._$AH=Array(t.length-1).fill(new String),this.strings=t):this._$AH=u}_$AI(n,e=this,t,r){let s=this.strings,o=!1;if(s===void 0)n=Ae(this,n,e,0),o=!ot(n)||n!==this._$AH&&n!==we,o&&(this._$AH=n);else{let a=n,l,d;for(n=s[0],l=0;l<s.length-1;l++)d=Ae(this,a[t+l],e,l),d===we&&(d=this._$AH[l]),o||=!ot(d)||d!==this._$AH[l],d===u?n=u:n!==u&&(n+=(d??"")+s[l+1]),this._$AH[l]=d}o&&!r&&this.j(n)}j(n){n===u?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,n??"")}},sn=class extends He{constructor(){super(...arguments),this.type=3}j(n){this.element[this.name]=n===u?void 0:n}},on=class extends He{constructor(){super(...arguments),this.type=4}j(n){this.element.toggleAttribute(this.name,!!n&&n!==u)}},an=class extends He{constructor(n,e,t,r,s){super(n,e,t,r,s),this.type=5}_$AI(n,e=this){if((n=Ae(this,n,e,0)??u)===we)return;let t=this._$AH,r=n===u&&t!==u||n.capture!==t.capture||n.once!==t.once||n.passive!==t.passive,s=n!==u&&(t===u||r);r&&this.element.removeEventListener(this.name,this,t),s&&this.element.addEventListener(this.name,this,n),this._$AH=n}handleEvent(n){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,n):this._$AH.handleEvent(n)}},ln=class{constructor(n,e,t){this.element=n,this.type=6,this._$AN=void 0,this._$AM=e,this.options=t}get _$AU(){return this._$AM._$AU}_$AI(n){Ae(this,n)}};var ts=cn.litHtmlPolyfillSupport;ts?.(at,lt),(cn.litHtmlVersions??=[]).push("3.3.3");var ri=(i,n,e)=>{let t=e?.renderBefore??n,r=t._$litPart$;if(r===void 0){let s=e?.renderBefore??null;t._$litPart$=r=new lt(n.insertBefore(st(),s),s,void 0,e??{})}return r._$AI(i),r};var pn=globalThis,x=class extends te{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let n=super.createRenderRoot();return this.renderOptions.renderBefore??=n.firstChild,n}update(n){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(n),this._$Do=ri(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return we}};x._$litElement$=!0,x.finalized=!0,pn.litElementHydrateSupport?.({LitElement:x});var ns=pn.litElementPolyfillSupport;ns?.({LitElement:x});(pn.litElementVersions??=[]).push("4.2.2");var kt=v`.hidden{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;var le=v`
:host {
display: block;
container-type: inline-size;
}
ha-card {
display: flex;
flex-direction: column;
gap: 16px;
padding: 16px;
color: var(--primary-text-color);
block-size: 100%;
box-sizing: border-box;
}
h2 {
margin: 0;
font-size: 1.25rem;
font-weight: 500;
line-height: 1.3;
}
h3,
.small {
margin: 0;
font-size: 0.85rem;
font-weight: 500;
color: var(--secondary-text-color);
}
.top,
.row {
display: flex;
flex-wrap: wrap;
align-items: center;
justify-content: space-between;
gap: 8px 12px;
}
.figures {
display: grid;
grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr));
gap: 12px;
margin: 0;
}
.figures div {
display: flex;
flex-direction: column-reverse;
min-inline-size: 0;
}
.figures dt {
font-size: 0.8rem;
color: var(--secondary-text-color);
}
.figures dd {
margin: 0;
font-size: 1.5rem;
line-height: 1.3;
white-space: nowrap;
overflow: hidden;
text-overflow: ellipsis;
font-variant-numeric: tabular-nums;
}
.figures small {
font-size: 0.9rem;
color: var(--secondary-text-color);
}
label {
display: flex;
flex-direction: column;
gap: 2px;
font-size: 0.75rem;
color: var(--secondary-text-color);
min-inline-size: 0;
}
select,
input,
button,
.button {
font: inherit;
font-size: 0.9rem;
min-block-size: 44px;
box-sizing: border-box;
border-radius: var(--evse-radius, 12px);
color: var(--primary-text-color);
background: var(--card-background-color);
border: 1px solid var(--divider-color);
padding: 0 12px;
max-inline-size: 100%;
}
select {
text-overflow: ellipsis;
}
option {
color: var(--primary-text-color);
background: var(--card-background-color);
}
button,
.button {
display: inline-flex;
align-items: center;
justify-content: center;
gap: 8px;
cursor: pointer;
text-decoration: none;
min-inline-size: 44px;
transition: background 120ms;
}
button:hover:not(:disabled),
.button:hover {
background: color-mix(in srgb, var(--primary-text-color) 8%, var(--card-background-color));
}
button:disabled {
cursor: default;
opacity: 0.45;
}
button.round {
border-radius: 50%;
padding: 0;
inline-size: 44px;
}
button ha-icon,
.button ha-icon {
--mdc-icon-size: 20px;
color: var(--secondary-text-color);
}
:focus-visible {
outline: 2px solid var(--primary-color);
outline-offset: 2px;
}
.quiet {
color: var(--secondary-text-color);
font-size: 0.85rem;
}
.hint,
.error {
margin: 0;
padding: 12px 16px;
border-radius: 12px;
line-height: 1.45;
background: color-mix(in srgb, var(--hint, var(--primary-color)) 12%, transparent);
}
.error {
--hint: var(--error-color);
}
${kt}
.busy {
opacity: 0.6;
transition: opacity 200ms 150ms;
}
@container (max-width: 480px) {
.figures:has(> :nth-child(4)) {
grid-template-columns: 1fr 1fr;
}
}
@media (prefers-reduced-motion: reduce) {
* {
transition: none !important;
animation: none !important;
}
}
`;function $e(i){return c`<dl class="figures">
${i.map(([n,e,t])=>c`<div>
<dt>${n}</dt>
<dd>${e}${t?c` <small>${t}</small>`:u}</dd>
</div>`)}
</dl>`}function Oe(i,n,e,t){return c`<label>
${i}
<select @change=${r=>t(r.target.value)}>
${n.map(([r,s])=>c`<option value=${r} ?selected=${r===e}>${s}</option>`)}
</select>
</label>`}var ce=v`
:host {
--line: var(--divider-color, rgba(0, 0, 0, 0.12));
--tint: rgba(var(--rgb-primary-color, 0, 154, 199), 0.16);
--quiet: rgba(var(--rgb-primary-text-color, 33, 33, 33), 0.06);
display: block;
color: var(--primary-text-color);
font-size: 14px;
line-height: 1.4;
}
* {
box-sizing: border-box;
}
button,
input,
select {
font: inherit;
color: inherit;
}
button {
min-block-size: 44px;
min-inline-size: 44px;
padding-inline: 16px;
border: 0;
border-radius: 22px;
background: var(--quiet);
cursor: pointer;
font-weight: 500;
display: inline-flex;
align-items: center;
justify-content: center;
gap: 8px;
transition: background 0.15s;
}
button.main {
background: var(--tint);
box-shadow: inset 0 0 0 1.5px var(--primary-color);
}
button.sign {
padding: 0;
background: none;
--mdc-icon-size: 20px;
color: var(--secondary-text-color);
}
button:hover {
background: var(--tint);
}
button:disabled {
opacity: 0.5;
cursor: default;
}
:focus-visible,
input:focus-visible + span {
outline: 2px solid var(--primary-color);
outline-offset: 2px;
}
${kt}
.note {
display: flex;
gap: 12px;
align-items: flex-start;
padding: 12px;
border-radius: 12px;
background: var(--quiet);
--mdc-icon-size: 20px;
}
.note > ha-icon {
flex: none;
color: var(--secondary-text-color);
}
.note > div {
flex: 1;
min-inline-size: 0;
overflow-wrap: anywhere;
}
.note.warns {
background: rgba(var(--rgb-warning-color, 255, 166, 0), 0.16);
}
.note.warns > ha-icon {
color: var(--warning-color, #ffa600);
}
.note.fails {
background: rgba(var(--rgb-error-color, 219, 68, 55), 0.14);
}
.note.fails > ha-icon {
color: var(--error-color, #db4437);
}
@media (prefers-reduced-motion: reduce) {
* {
transition: none !important;
animation: none !important;
}
}
`;var si=v`.grains{display:inline-flex;padding:2px;border-radius:14px;background:color-mix(in srgb,var(--primary-text-color) 8%,transparent)}.grains button{border:0;background:none;min-block-size:44px}.grains [aria-checked="true"]{background:var(--card-background-color);box-shadow:0 1px 3px rgb(0 0 0 / 25%)}.chart{display:flex;gap:8px;block-size:220px}.axis{position:relative;inline-size:2.4rem;margin-block:8px 24px;font-size:0.75rem;color:var(--secondary-text-color);font-variant-numeric:tabular-nums}.axis span{position:absolute;inset-inline-end:0;transform:translateY(50%)}.bars{flex:1;min-inline-size:0;position:relative;display:flex;margin-block:8px 24px;border-radius:4px}.bars i{position:absolute;inset-inline:0;border-block-end:1px solid var(--divider-color)}.slot{position:relative;flex:1 1 0;min-inline-size:0}.slot.chosen{background:color-mix(in srgb,var(--primary-text-color) 8%,transparent)}.bar{position:relative;block-size:100%;margin-inline:clamp(1px,16%,10px);display:flex;flex-direction:column-reverse;gap:1px}.bar span:last-child{border-start-start-radius:4px;border-start-end-radius:4px}.name{position:absolute;inset-block-start:calc(100% + 4px);inset-inline-start:50%;transform:translateX(-50%);font-size:0.75rem;white-space:nowrap;color:var(--secondary-text-color)}:host(:dir(rtl)) .name{transform:translateX(50%)}.foot{min-block-size:92px}.told:not(:has(.legend)){color:var(--secondary-text-color)}.told{margin:0;min-block-size:2.8em;font-size:0.9rem;line-height:1.4}summary{cursor:pointer;min-block-size:44px;display:flex;align-items:center;font-size:0.85rem;color:var(--secondary-text-color)}table{inline-size:100%;border-collapse:collapse;font-size:0.85rem;font-variant-numeric:tabular-nums}th{white-space:nowrap}th,td{padding:6px 4px;text-align:start;font-weight:400;border-block-start:1px solid var(--divider-color)}@container (max-width:420px){.slot:nth-child(even of .slot) .name{display:none}}`;var oi=v`ul{margin:0;padding:0;list-style:none}.line{display:flex;align-items:center;justify-content:start;gap:16px;inline-size:100%;min-block-size:60px;padding:4px 8px;text-align:start;box-sizing:border-box}button.line{border:0;background:none;opacity:1}.line .error{color:var(--error-color);background:none;padding:0}.line .warning{color:var(--warning-color)}.line .ok{color:var(--success-color)}.line ha-icon{flex:none;--mdc-icon-size:26px}.words{display:grid;min-inline-size:0;font-size:1rem;line-height:1.35;overflow-wrap:anywhere}`;var ai=[ce,v`form{display:grid;gap:16px;padding:16px;border-radius:16px;border:1px solid var(--line)}h3{margin:0;font-size:16px;font-weight:500}h3:focus-visible{outline:none}fieldset{border:0;margin:0;padding:0;min-inline-size:0;display:grid;gap:8px}legend{padding:0;margin-block-end:8px;color:var(--secondary-text-color)}.choice{display:flex;border-radius:12px;background:var(--quiet)}.choice label{flex:1 1 0;min-inline-size:0;position:relative;cursor:pointer}.choice span{min-block-size:44px;padding-inline:6px;display:flex;align-items:center;justify-content:center;text-align:center;border-radius:12px;line-height:1.2;font-size:13px}.choice input:checked + span{background:var(--tint);box-shadow:inset 0 0 0 1.5px var(--primary-color);font-weight:500}.amount{display:flex;align-items:center;justify-content:center;gap:12px}.turn{padding:0;inline-size:44px;--mdc-icon-size:22px}.number{display:flex;align-items:baseline;gap:6px;border-block-end:2px solid var(--line)}.number:focus-within{border-color:var(--primary-color)}.big{inline-size:4.2ch;min-block-size:52px;padding:0;border:0;background:none;outline:none;text-align:end;font-size:34px;font-weight:300;font-variant-numeric:tabular-nums}.sign{min-inline-size:3ch;color:var(--secondary-text-color);font-size:16px}.usual{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:8px}.usual button{padding-inline:4px;font-weight:400}.row{display:flex;align-items:center;justify-content:space-between;gap:12px;min-block-size:48px}.row small{display:block;color:var(--secondary-text-color);font-size:12px}.row > input,.row > select{flex:none;min-block-size:44px;inline-size:150px;padding-inline:12px;border:1px solid var(--line);border-radius:12px;background:var(--card-background-color,#fff)}details .row{padding-block:4px}details .row > input,details .row > select{inline-size:96px}.row > [aria-invalid="true"]{border-color:var(--error-color,#db4437)}.days{display:grid;grid-template-columns:repeat(7,1fr)}.days label{position:relative;min-block-size:44px;display:grid;place-items:center;cursor:pointer}.days span{inline-size:38px;block-size:38px;border-radius:50%;display:grid;place-items:center;background:var(--quiet)}.days input:checked + span{background:var(--tint);box-shadow:inset 0 0 0 1.5px var(--primary-color);font-weight:500}.help{margin:0;font-size:12px;color:var(--secondary-text-color)}.wrong{margin:0;display:flex;gap:6px;align-items:center;--mdc-icon-size:18px}.wrong:empty{display:none}#amount-wrong,#precondition-wrong{display:flex;min-block-size:20px}.wrong ha-icon{color:var(--error-color,#db4437);flex:none}summary{min-block-size:44px;display:list-item;align-content:center;cursor:pointer;color:var(--secondary-text-color)}.ends{display:flex;justify-content:end;gap:8px}.ends button{padding-inline:24px}`];var li=v`:host{display:block}.head{display:flex;justify-content:space-between;align-items:baseline;gap:8px;margin-block-end:6px;color:var(--secondary-text-color);font-size:0.875rem}output{display:inline-flex;align-items:center;gap:8px;color:var(--primary-text-color);font-size:1rem;font-weight:500;font-variant-numeric:tabular-nums}.slider{position:relative;display:block;block-size:44px;border-radius:12px;overflow:hidden;background:color-mix(in srgb,var(--primary-color) 16%,transparent)}.fill{position:absolute;inset-block:0;inset-inline-start:0;inline-size:calc(20px + var(--share) * (100% - 20px));border-start-end-radius:8px;border-end-end-radius:8px;background:var(--primary-color)}.fill::after{content:"";position:absolute;inset-block:12px;inset-inline-end:8px;inline-size:4px;border-radius:2px;background:var(--card-background-color,#fff)}.unknown .fill{display:none}input{position:absolute;inset:0;inline-size:100%;block-size:100%;margin:0;opacity:0;cursor:pointer;touch-action:pan-y}.slider:focus-within{outline:2px solid var(--primary-color);outline-offset:2px}input:disabled{cursor:default}.slider:has(input:disabled){opacity:0.5}.spin{inline-size:12px;block-size:12px;border-radius:50%;border:2px solid var(--primary-color);border-block-start-color:transparent;animation:turn 0.8s linear infinite}.compact{display:flex;flex-direction:row-reverse;align-items:center;gap:12px}.compact .head{margin:0;min-inline-size:3.2em;justify-content:flex-end}.compact #label{display:none}.compact .slider{flex:1}@keyframes turn{to{rotate:360deg}}@media (prefers-reduced-motion:reduce){.spin{animation-duration:4s}}@media (forced-colors:active){.slider{border:1px solid}.fill{background:Highlight;forced-color-adjust:none}}`;var ci=v`.chooser{flex-wrap:nowrap;align-items:end}.chooser label{flex:1;max-inline-size:20rem}.chooser select{font-size:1.1rem;font-weight:500}.lists{min-block-size:420px}section + section{margin-block-start:20px}ul:not(.legend){margin:0;padding:0;list-style:none}li{display:flex;align-items:center;gap:12px;padding-block:10px;border-block-end:1px solid var(--divider-color)}.face{flex:none;display:grid;place-items:center;inline-size:40px;block-size:40px;border-radius:50%;object-fit:cover;color:var(--primary-color);background:color-mix(in srgb,var(--primary-color) 14%,transparent)}.sum{flex:1;min-inline-size:0;display:grid;grid-template-columns:minmax(0,1fr);gap:5px}.names{display:flex;justify-content:space-between;gap:12px;white-space:nowrap;font-variant-numeric:tabular-nums}.names > :first-child{overflow:hidden;text-overflow:ellipsis}.documents{display:inline-flex;gap:4px}.documents button{padding:0 8px;font-size:0.75rem;min-inline-size:44px}.all + .hint{margin-block-start:10px}.links{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:8px}.all{padding-block-start:10px}@container (max-width:420px){li{flex-wrap:wrap}li .documents{inline-size:100%;justify-content:end}li .documents:empty{display:none}}`;var di=v`:host{display:grid;gap:12px;--house:rgba(var(--rgb-primary-text-color,33,33,33),0.38);--cars:var(--primary-color,#009ac7);--export:var(--energy-solar-color,#ff9800)}.loading{min-block-size:182px;border-radius:12px;background:var(--quiet)}.bars{display:grid;gap:12px}.phase{display:grid;grid-template-columns:auto 1fr auto;grid-template-areas:"name told value" "track track track";align-items:baseline;column-gap:10px;row-gap:4px}.name{grid-area:name;font-weight:500}.value{grid-area:value;font-variant-numeric:tabular-nums;white-space:nowrap}.value strong{font-size:18px;font-weight:500}small{font-size:13px;color:var(--secondary-text-color)}.told{grid-area:told;min-inline-size:0;font-size:12px;color:var(--secondary-text-color);--mdc-icon-size:14px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.track{grid-area:track;position:relative;block-size:14px;border-radius:7px;background:var(--quiet)}.track i{position:absolute;top:0;bottom:0;transition:width 0.6s ease,left 0.6s ease,right 0.6s ease}.track .house{border-radius:7px 2px 2px 7px}.track .cars{border-radius:2px 7px 7px 2px}.track .export{border-radius:7px 2px 2px 7px}.track .alone{border-radius:7px}.house{background:var(--house)}.cars{background:var(--cars)}.export{background:var(--export)}.track .zero{width:2px;margin-left:-1px;top:-3px;bottom:-3px;background:var(--secondary-text-color)}.track .fuse{width:3px;margin-left:-1.5px;top:-4px;bottom:-4px;border-radius:2px;background:var(--primary-text-color)}.nearly ha-icon{color:var(--warning-color,#ffa600)}.over ha-icon{color:var(--error-color,#db4437)}.over .told{color:var(--primary-text-color);font-weight:500}.over .house,.over .cars{background-color:var(--error-color,#db4437)}.over .cars{opacity:0.7}.silent .track{background:repeating-linear-gradient( -45deg,var(--quiet) 0 6px,rgba(var(--rgb-primary-text-color,33,33,33),0.12) 6px 12px )}.legend,.facts{display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px}p{margin:0}p,.legend{font-size:12px;color:var(--secondary-text-color)}.legend > span:not(.facts){display:inline-flex;align-items:center;gap:6px}.legend i{inline-size:10px;block-size:10px;border-radius:3px}.facts{margin-inline-start:auto}.facts strong{color:var(--primary-text-color);font-weight:500}`;var ui=[ce,v`:host{--price:var(--secondary-text-color,#727272);--charging:var(--primary-color,#009ac7);--sun-color:var(--energy-solar-color,#ff9800);font-size:12px}.top{display:flex;align-items:center;block-size:28px}.top button{flex:none;margin-inline-end:-12px}.read{flex:1;min-inline-size:0;display:flex;align-items:center;gap:10px;color:var(--secondary-text-color);font-variant-numeric:tabular-nums;white-space:nowrap;overflow:hidden}.read strong{color:var(--primary-text-color);font-weight:500}.read span{display:inline-flex;align-items:center;gap:4px}.plot{position:relative;padding-left:36px;padding-top:10px}.level{position:absolute;left:-36px;inline-size:30px;text-align:right;line-height:1;font-size:11px;color:var(--secondary-text-color);font-variant-numeric:tabular-nums;transform:translateY(-50%)}.field{position:relative;block-size:150px;cursor:crosshair;touch-action:pan-y;border-radius:4px}svg{position:absolute;inset:0;inline-size:100%;block-size:100%;display:block;overflow:visible}path,line{vector-effect:non-scaling-stroke;fill:none}.grid{stroke:var(--line);stroke-width:1}.zero{stroke:var(--price);stroke-width:1;opacity:0.6}.price-area{fill:var(--price);fill-opacity:0.16}.price-edge{stroke:var(--price);stroke-width:1.5;stroke-linejoin:round;opacity:0.75}.planned{fill:var(--charging);fill-opacity:0.85}.sun-area{fill:var(--sun-color);fill-opacity:0.14}.sun-edge{stroke:var(--sun-color);stroke-width:1.5;stroke-linejoin:round}.looked{fill:var(--primary-text-color);fill-opacity:0.14}.now,.due{position:absolute;top:0;bottom:-22px;border-left:1.5px solid var(--primary-text-color);pointer-events:none}.now::before{content:"";position:absolute;top:-4px;left:-5px;inline-size:8px;block-size:8px;border-radius:50%;background:var(--primary-text-color)}.due{border-left:2px dashed var(--warning-color,#ffa600)}.due strong{position:absolute;top:-6px;left:4px;white-space:nowrap;font-weight:500;font-size:11px;line-height:18px;padding-inline:6px;border-radius:9px;background:var(--card-background-color,#fff);box-shadow:inset 0 0 0 1px var(--warning-color,#ffa600)}.due.left strong{left:auto;right:6px}.strip{position:relative;block-size:8px;margin-top:8px;border-radius:4px;background:var(--quiet);overflow:hidden}.strip i{position:absolute;top:0;bottom:0;background:linear-gradient(to top,var(--sun-color) var(--sun),var(--charging) var(--sun))}.hours{position:relative;block-size:22px;font-size:11px;color:var(--secondary-text-color);font-variant-numeric:tabular-nums}.hours span{position:absolute;top:5px;transform:translateX(-50%);white-space:nowrap}.hours .day{color:var(--primary-text-color);font-weight:500}.legend{margin-block-start:4px;display:flex;flex-wrap:wrap;align-items:center;column-gap:14px;color:var(--secondary-text-color)}.legend span{display:inline-flex;align-items:center;gap:6px}i.price,i.charging,i.sun{inline-size:10px;block-size:10px;border-radius:3px;background:var(--price)}i.price{opacity:0.55}i.charging{background:var(--charging)}i.sun{background:var(--sun-color)}.scroll{max-block-size:260px;overflow:auto;border-radius:8px}table{inline-size:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:6px 8px;text-align:end;font-weight:400;white-space:nowrap;border-block-end:1px solid var(--line)}th:first-child{text-align:start}thead th{position:sticky;inset-block-start:0;background:var(--card-background-color,#fff);color:var(--secondary-text-color)}.on th,.on td{background:var(--tint);font-weight:500}`];var pi=[ce,v`:host{display:grid;gap:12px;container-type:inline-size}.loading{min-block-size:400px;border-radius:12px;background:var(--quiet);animation:breathe 1.6s ease-in-out infinite alternate}@keyframes breathe{to{opacity:0.4}}.head{display:flex;align-items:center;gap:12px}.head > div{flex:1;min-inline-size:0}.lead{flex:none;inline-size:40px;block-size:40px;border-radius:50%;display:grid;place-items:center;background:var(--tint);color:var(--primary-text-color);--mdc-icon-size:22px}h2{margin:0;font-size:16px;font-weight:500}p{margin:0}.head p{color:var(--secondary-text-color);overflow-wrap:anywhere}.add{flex:none;padding-inline:12px 16px;--mdc-icon-size:20px}.note p{margin-block-start:8px}.note.act{align-items:center}.note.act button{flex:none}ul{list-style:none;margin:0;padding:0;border-block-start:1px solid var(--line)}li{display:flex;align-items:center;min-block-size:56px;border-block-end:1px solid var(--line)}li > div{flex:1;min-inline-size:0}li strong{display:block;font-weight:500}li:last-child{border-block-end:0}li.first strong::after{content:"";display:inline-block;margin-inline-start:8px;inline-size:8px;block-size:8px;border-radius:50%;background:var(--primary-color)}li.off strong{color:var(--secondary-text-color);font-weight:400}small{font-size:13px;color:var(--secondary-text-color)}.use{position:relative;min-inline-size:52px;min-block-size:44px;display:grid;place-items:center;cursor:pointer}.use span{inline-size:40px;block-size:22px;border-radius:11px;background:rgba(var(--rgb-primary-text-color,33,33,33),0.28);transition:background 0.2s}.use span::after{content:"";display:block;margin:3px;inline-size:16px;block-size:16px;border-radius:50%;background:var(--card-background-color,#fff);transition:margin 0.2s}.use input:checked + span{background:var(--primary-color)}.use input:checked + span::after{margin-inline-start:21px}.undo{display:flex;align-items:center;justify-content:space-between;gap:12px;padding-inline:16px 4px;border-radius:12px;background:var(--quiet);overflow-wrap:anywhere}.undo:not(:has(button)){display:none}.undo button{background:none}.sides{display:grid;gap:12px 24px;align-items:start}.sides > *{min-inline-size:0}@container (min-width:760px){.sides{grid-template-columns:3fr 2fr}ul{border-block-start:0}}@container (max-width:380px){.head{flex-wrap:wrap}.add{flex:1 1 100%}.note.act{flex-wrap:wrap}.note.act button{flex:1 1 100%}}`];var mi=v`.documents{display:flex;gap:8px}.filters{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:12px}.list{min-block-size:calc(var(--rows) * 57px + 60px);display:flex;flex-direction:column;gap:12px}[role="row"]{display:grid;grid-template-columns:1.3fr 1fr 1fr minmax(8rem,1.1fr) 6rem;align-items:center;gap:4px 16px;min-block-size:56px;border-block-end:1px solid var(--divider-color)}[role="row"].head{min-block-size:32px;font-size:0.8rem;color:var(--secondary-text-color)}[role="row"] > *{min-inline-size:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.when small,.value small{color:var(--secondary-text-color)}.when small{display:block}.energy,.cost{font-variant-numeric:tabular-nums}.cost,.head .energy,.value{text-align:end}.value{display:block;margin-block-end:4px}.pages{justify-content:center}@container (max-width:480px){.filters > :first-child{grid-column:1 / -1}}@container (max-width:599px){.head{position:absolute;clip-path:inset(50%);block-size:1px;min-block-size:0 !important;overflow:hidden}[role="row"]:not(.head){grid-template:"who energy" auto "when energy" auto "where cost" auto / 1fr minmax(7.5rem,auto);padding-block:10px;gap:2px 12px}.when,.where{font-size:0.85rem;color:var(--secondary-text-color)}.when small{display:inline;font-size:inherit}.when small::before{content:"· "}.when{grid-area:when}.where{grid-area:where}.who{grid-area:who;font-weight:500}.energy{grid-area:energy}.cost{grid-area:cost}}`;var Me=v`.sources{block-size:6px;border-radius:3px;background:var(--divider-color);overflow:hidden}.sources .filled{display:flex;gap:1px;block-size:100%}.sources span{flex-basis:0;min-inline-size:1px}.sun{background:var(--energy-solar-color,#ff9800)}.battery{background:var(--energy-battery-out-color,#4db6ac)}.grid{background:var(--energy-grid-consumption-color,#488fc2)}.other{background:var(--primary-color)}.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0;padding:0;list-style:none;font-size:0.85em;color:var(--secondary-text-color)}.legend li{display:flex;align-items:center;gap:6px}.dot{inline-size:10px;block-size:10px;border-radius:50%}`;var hi=v`.modes{display:flex;flex-wrap:wrap;gap:4px;padding:4px;border-radius:14px;background:var(--tint)}.modes button{display:grid;flex:1 1 calc(100% / var(--columns) - 4px);box-sizing:border-box;min-block-size:60px;padding:6px 4px;place-content:center;justify-items:center;gap:2px;border-radius:10px;color:var(--secondary-text-color);font-size:0.8125rem;line-height:1.25;overflow-wrap:anywhere;transition:background-color 0.18s ease}.modes button:hover{background:var(--tint)}.modes button[aria-checked="true"]{background:color-mix( in srgb,var(--primary-color) 16%,var(--ha-card-background,var(--card-background-color,#fff)) );box-shadow:0 1px 3px rgb(0 0 0 / 16%);color:var(--primary-text-color);font-weight:500}.modes button[aria-checked="true"] ha-icon{color:var(--primary-color)}.modes .busy ha-icon{animation:breathe 1s ease-in-out infinite}.modes.icons{gap:0;padding:2px}.modes.icons button{flex:1 1 44px;min-block-size:44px;padding:0}.actions{display:flex;flex-wrap:wrap;gap:8px}.action,.ways button,.ways a{display:inline-flex;align-items:center;justify-content:center;gap:8px;min-block-size:44px;min-inline-size:44px;padding:0 16px;border-radius:22px;background:color-mix(in srgb,var(--primary-color) 14%,transparent);color:var(--primary-text-color);font-size:0.875rem;font-weight:500;text-decoration:none;box-sizing:border-box}.actions .action{flex:1}.action ha-icon{--mdc-icon-size:20px;color:var(--primary-color)}.action.on{background:color-mix(in srgb,var(--warning-color,#ffa600) 24%,transparent)}.action.on ha-icon{color:inherit}.action[aria-busy="true"] ha-icon{animation:breathe 1s ease-in-out infinite}`,fi=v`.compact{display:grid;grid-template-columns:minmax(0,1fr);gap:10px;padding:10px 12px}.line{display:flex;align-items:center;gap:12px;min-block-size:52px}.ring.small{flex:none;inline-size:52px}.small .track,.small .value{stroke-width:20}.small .mark-gap{display:none}.small .mark{stroke-width:8}.small .state{--mdc-icon-size:22px}.names{flex:1;min-inline-size:0}.names h2{font-size:1rem}.names p{overflow:hidden;color:var(--secondary-text-color);font-size:0.875rem;line-height:1.4;text-overflow:ellipsis;white-space:nowrap}.line .action{padding:0}`;var gi=v`.dial{position:relative;inline-size:min(100%,248px);margin:-8px auto -22px}.ring{position:relative;display:grid;inline-size:100%;aspect-ratio:1;padding:0;place-items:center;border-radius:50%}.ring:disabled{cursor:default}.arc{position:absolute;inset:0;inline-size:100%;block-size:100%;fill:none;stroke-linecap:round}.track,.value{stroke-width:14}.track{stroke:color-mix(in srgb,var(--primary-text-color) 10%,transparent)}.value{stroke:var(--of-state);transition:stroke-dasharray 0.6s ease}.mark{stroke:var(--primary-text-color);stroke-width:4}.mark-gap{stroke:var(--ha-card-background,var(--card-background-color,#fff));stroke-width:10;stroke-linecap:butt}.inner{position:relative;display:grid;max-inline-size:66%;justify-items:center;gap:2px;text-align:center}.state{--mdc-icon-size:28px;color:var(--of-state)}.charging .state{animation:breathe 2.4s ease-in-out infinite}.big{font-size:2.5rem;font-weight:400;line-height:1.15;font-variant-numeric:tabular-nums;white-space:nowrap}.big small{margin-inline-start:-4px;color:var(--secondary-text-color);font-size:1rem}.word{font-size:1.25rem;line-height:1.3;overflow-wrap:anywhere}.detail{display:block;min-block-size:1.4em;color:var(--secondary-text-color);font-size:0.875rem;line-height:1.4}.ends{position:absolute;inset-inline:19%;inset-block-end:3%;display:flex;justify-content:space-between;color:var(--secondary-text-color);font-size:0.75rem;direction:ltr}.session .title{display:flex;justify-content:space-between;gap:12px;min-block-size:24px;color:var(--secondary-text-color);font-size:0.875rem;line-height:24px}.chip bdi{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}dl{display:grid;grid-auto-columns:minmax(0,1fr);grid-auto-flow:column;margin-block-start:4px;border-radius:12px;background:var(--tint)}dl div{display:grid;min-inline-size:0;padding:10px 8px;justify-items:center}dl div + div{border-inline-start:1px solid var(--ha-card-background,var(--card-background-color,#fff))}dd{max-inline-size:100%;overflow:hidden;font-size:1.0625rem;font-weight:500;font-variant-numeric:tabular-nums;line-height:1.4;text-overflow:ellipsis;white-space:nowrap}dd small{color:var(--secondary-text-color);font-size:0.75rem;font-weight:400}dt{order:2;color:var(--secondary-text-color);font-size:0.75rem}.sources{margin-block-start:12px}.bar{display:flex;gap:2px;block-size:8px;overflow:hidden;border-radius:4px;background:color-mix(in srgb,var(--primary-text-color) 10%,transparent)}.bar i{flex:0 1 0;min-inline-size:3px}i.sun{background:var(--sun)}i.battery{background:var(--battery)}i.grid{background:var(--grid)}.sources ul{display:flex;flex-wrap:wrap;gap:0 16px;min-block-size:24px;margin-block-start:6px;color:var(--secondary-text-color);font-size:0.8125rem;line-height:24px;list-style:none;font-variant-numeric:tabular-nums}.sources li{display:inline-flex;align-items:center;gap:4px;--mdc-icon-size:16px}.sources li.sun ha-icon{color:var(--sun)}.sources li.battery ha-icon{color:var(--battery)}.sources li.grid ha-icon{color:var(--grid)}.why{display:flex;align-items:center;gap:12px;min-block-size:4.2em;padding:12px;border-radius:12px;background:color-mix(in srgb,var(--of-state) 10%,transparent);line-height:1.4;box-sizing:border-box}.why ha-icon{flex:none;color:var(--of-state)}.why .then{margin-block-start:2px;color:var(--secondary-text-color);font-size:0.875rem}`;var is=v`:host{--of-state:var(--secondary-text-color);--tint:color-mix(in srgb,var(--primary-text-color) 5%,transparent);--on-tint:color-mix(in srgb,var(--secondary-text-color) 80%,var(--primary-text-color));--sun:var(--energy-solar-color,#ff9800);--battery:var(--energy-battery-out-color,#4db6ac);--grid:var(--energy-grid-consumption-color,#488fc2);display:block}ha-card{container-type:inline-size;overflow:hidden;color:var(--primary-text-color);--secondary-text-color:var(--on-tint)}.charging{--of-state:var(--success-color,#43a047)}.ready{--of-state:var(--primary-color)}.waiting{--of-state:var(--warning-color,#ffa600)}.fault{--of-state:var(--error-color,#db4437)}h2,p,dl,dd,ul{margin:0;padding:0}h2{overflow:hidden;font-size:1.125rem;font-weight:500;line-height:1.3;text-overflow:ellipsis;white-space:nowrap}button{font:inherit;color:inherit;border:0;background:none;cursor:pointer;-webkit-tap-highlight-color:transparent}button:focus-visible,a:focus-visible{outline:2px solid var(--primary-color);outline-offset:2px}button[aria-busy="true"]{cursor:progress}.full{display:flex;flex-direction:column;gap:16px;padding:16px}.columns,.column{display:grid;grid-template-columns:minmax(0,1fr);gap:16px;align-content:start;min-inline-size:0}.hints:empty{display:none}.hints,.bare{display:grid;grid-template-columns:minmax(0,1fr);gap:8px}.bare{padding:16px}.head{display:flex;align-items:center;gap:8px;min-block-size:32px}.head h2{flex:1}.chip{display:inline-flex;flex:none;align-items:center;gap:6px;max-inline-size:45%;padding-block:4px;padding-inline:8px 12px;border-radius:16px;background:var(--tint);font-size:0.875rem;line-height:24px;box-sizing:border-box;--mdc-icon-size:18px}.hint{--level:var(--info-color,#039be5);display:flex;gap:12px;padding:12px;border-radius:12px;background:color-mix(in srgb,var(--level) 12%,transparent);line-height:1.4;overflow-wrap:anywhere}.hint.warning{--level:var(--warning-color,#ffa600)}.hint.error{--level:var(--error-color,#db4437)}.hint > ha-icon{flex:none;color:var(--level)}.hint > div{min-inline-size:0}.hint strong{font-weight:500}.hint p,.hint ul{margin-block-start:4px;font-size:0.875rem}.hint ul{padding-inline-start:18px}.ways{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:8px}.phases{padding-block-start:16px;border-block-start:1px solid var(--divider-color)}.phases.loading{min-block-size:203px}.plan{margin-block-end:-8px;border-block-start:1px solid var(--divider-color)}.fold{display:flex;align-items:center;gap:12px;inline-size:100%;min-block-size:52px;margin-block-start:4px;padding:0;border-radius:8px;text-align:start}.fold ha-icon{flex:none;color:var(--secondary-text-color)}.fold .title{font-weight:500}.fold .summary{flex:1;min-inline-size:0;overflow:hidden;color:var(--secondary-text-color);font-size:0.875rem;text-align:end;text-overflow:ellipsis;white-space:nowrap}.fold .missed{color:color-mix(in srgb,var(--error-color,#db4437) 65%,var(--primary-text-color))}.chevron{transition:rotate 0.2s ease}.fold[aria-expanded="true"] .chevron{rotate:180deg}#plan:not([hidden]){padding-block:4px 12px}@container (min-width:620px){.full .columns{grid-template-columns:minmax(260px,5fr) minmax(300px,7fr);gap:24px}}@keyframes breathe{50%{opacity:0.45}}@media (prefers-reduced-motion:reduce){*{animation:none !important;transition:none !important}}@media (forced-colors:active){.modes button[aria-checked="true"]{outline:2px solid Highlight}.value,.bar i{forced-color-adjust:none}}`,Pe=[is,gi,hi,fi];var rs={attribute:!0,type:String,converter:it,reflect:!1,hasChanged:$t},ss=(i=rs,n,e)=>{let{kind:t,metadata:r}=e,s=globalThis.litPropertyMetadata.get(r);if(s===void 0&&globalThis.litPropertyMetadata.set(r,s=new Map),t==="setter"&&((i=Object.create(i)).wrapped=!0),s.set(e.name,i),t==="accessor"){let{name:o}=e;return{set(a){let l=n.get.call(this);n.set.call(this,a),this.requestUpdate(o,l,i,!0,a)},init(a){return a!==void 0&&this.C(o,void 0,i,a),a}}}if(t==="setter"){let{name:o}=e;return function(a){let l=this[o];n.call(this,a),this.requestUpdate(o,l,i,!0,a)}}throw Error("Unsupported decorator location: "+t)};function b(i){return(n,e)=>typeof e=="object"?ss(i,n,e):((t,r,s)=>{let o=r.hasOwnProperty(s);return r.constructor.createProperty(s,t),o?Object.getOwnPropertyDescriptor(r,s):void 0})(i,n,e)}function y(i){return b({...i,state:!0,attribute:!1})}var de=["why","modes","limit","session","phases","plan"],De={status:["sensor","binary_sensor"],power:["sensor"],current:["sensor"],current_limit:["number","input_number"],charging:["switch","input_boolean"],mode:["select","input_select"],session_energy:["sensor"],session_cost:["sensor"],session_duration:["sensor"],session_start:["sensor"],energy:["sensor"],soc:["sensor"],why:["sensor"]},Tt=["full","compact"];function ne(i){let n=[],e=Ne(i)?i:{};return{device:bi(e,"device",n),entities:os(e.entities,n),layout:as(e.layout,n),show:ls(e.show,n),name:bi(e,"name",n),problems:n}}function os(i,n){if(i==null)return;if(!Ne(i)){n.push({field:"entities",came:j(i),allowed:"problem.list_of_roles"});return}let e={};for(let[t,r]of Object.entries(i)){let s=Object.hasOwn(De,t)?De[t]:void 0;if(s===void 0){let o=Object.keys(De).join(", ");n.push({field:"entities",came:t,allowed:"problem.one_of",values:{list:o}})}else typeof r=="string"&&s.some(o=>r.startsWith(`${o}.`))?e[t]=r:r!=null&&r!==""&&n.push({field:`entities: ${t}`,came:j(r),allowed:"problem.entity_of",values:{list:s.join(", ")}})}return Object.keys(e).length>0?e:void 0}function as(i,n){if(i==null)return"full";let e=Tt.find(r=>r===i);if(e!==void 0)return e;let t={list:Tt.join(", ")};return n.push({field:"layout",came:j(i),allowed:"problem.one_of",values:t}),"full"}function ls(i,n){let e=Object.fromEntries(de.map(t=>[t,!0]));if(i==null)return e;if(!Ne(i)){let t={list:de.join(", ")};return n.push({field:"show",came:j(i),allowed:"problem.yes_no_of",values:t}),e}for(let[t,r]of Object.entries(i)){let s=de.find(o=>o===t);if(s!==void 0&&typeof r=="boolean")e[s]=r;else if(s!==void 0)n.push({field:`show: ${t}`,came:j(r),allowed:"problem.yes_no"});else{let o={list:de.join(", ")};n.push({field:"show",came:t,allowed:"problem.one_of",values:o})}}return e}function bi(i,n,e){let t=i[n];if(!(t==null||t==="")){if(typeof t=="string")return t;e.push({field:n,came:j(t),allowed:"problem.text"})}}function Ne(i){return typeof i=="object"&&i!==null&&!Array.isArray(i)}var yi=60;function j(i){let n=typeof i=="string"?i:JSON.stringify(i)??String(i);return n.length>yi?`${n.slice(0,yi)}…`:n}var Y=class{constructor(n){this.host=n;this.busy=null;this.error=null;n.addController(this)}hostConnected(){}async run(n,e){this.busy=n,this.error=null,this.host.requestUpdate();try{return await e(),!0}catch(t){return this.error=mn(t),!1}finally{this.busy===n&&(this.busy=null),this.host.requestUpdate()}}forget(){this.error=null,this.host.requestUpdate()}};function mn(i){let n=i?.message;return typeof n=="string"?n:""}var P="evse_ocpp",_e=`/config/integrations/integration/${P}`;function ke(i,n){let e={};for(let t of Object.values(i.entities)){if(t?.device_id!==n||t.platform!==P)continue;let r=t.translation_key;if(!r)continue;let s=t.entity_id.split(".",1)[0]??"";e[`${s}.${r}`]=t.entity_id,(s!=="event"||e[r]===void 0)&&(e[r]=t.entity_id)}return e}function I(i){let n=Object.values(i.entities).filter(e=>e?.platform===P&&e.translation_key==="status").map(e=>e?.device_id);return[...new Set(n.filter(e=>typeof e=="string"))]}function L(i,n){let e=i.devices[n];return e?.name_by_user||e?.name||""}function Z(i,n,e={}){i.dispatchEvent(new CustomEvent(n,{detail:e,bubbles:!0,composed:!0}))}function A(i){return i!==void 0&&i.state!=="unavailable"&&i.state!=="unknown"}function Le(i){if(!A(i)||i.state.trim()==="")return null;let n=Number(i.state);return Number.isFinite(n)?n:null}var cs="evse-ocpp";function hn(i){for(let n of i.querySelectorAll("*"))n.localName.startsWith(cs)&&n.requestUpdate?.("words",null),n.shadowRoot&&hn(n.shadowRoot)}var Ue={},ds=["en","de","es","fr","it"];function Et(i){let n=i.split("-",1)[0];return ds.find(e=>e===n)??"en"}function xi(i){return Ue[Et(i)]??Object.values(Ue)[0]??{}}var vi=new Map;function Se(i){let n=Et(i);if(Ue[n]!==void 0)return Promise.resolve(!1);let e=vi.get(n)??us(n);return vi.set(n,e),e}async function us(i){let n=new URL(import.meta.url),e=new URL(`texts/${i}.json${n.search}`,n);try{let t=await fetch(e,{signal:AbortSignal.timeout(2e3)});if(!t.ok)throw new Error(`status ${t.status}`);return Ue[i]=await t.json(),!0}catch(t){return console.warn(`EVSE OCPP: no words from ${e.href}.`,t),i!=="en"&&Se("en")}}function _(i){return Ue[Et(i)]===void 0&&Se(i).then(n=>n&&hn(document)),(n,e={})=>(xi(i)[n]??n).replace(/\{(\w+)\}/g,(t,r)=>r in e?String(e[r]):t)}function ps(i,n){let e=a=>({select:{mode:"dropdown",options:a}}),t=Tt.map(a=>({value:a,label:i(`editor.layout_${a}`)})),r=de.map(a=>({name:a,selector:{boolean:{}}})),s=Object.keys(De).map(a=>({name:a,selector:{entity:{filter:{domain:[...De[a]]}}}})),o={type:"expandable"};return[{name:"device",selector:e(n)},{name:"name",selector:{text:{}}},{name:"layout",selector:e(t)},{...o,name:"show",title:i("editor.show"),icon:"mdi:eye-outline",schema:r},{...o,name:"entities",title:i("editor.entities"),icon:"mdi:ev-station",schema:s}]}function ms(i){let n=Object.fromEntries(de.map(t=>[t,!0])),e=i.show;return{layout:"full",...i,show:{...n,...typeof e=="object"&&e!==null?e:{}}}}function hs(i){let n={...i},e=(t,r)=>Object.fromEntries(Object.entries(t??{}).filter(([,s])=>r(s)));n.show=e(i.show,t=>t!==!0),n.entities=e(i.entities,t=>t!==void 0&&t!=="");for(let t of["show","entities"])Object.keys(n[t]).length===0&&delete n[t];for(let t of["device","name"])n[t]||delete n[t];return n.layout==="full"&&delete n.layout,n}var Fe=class extends x{constructor(){super(...arguments);this.written={};this.changed=e=>{e.stopPropagation();let t=hs(e.detail.value);Z(this,"config-changed",{config:t})}}setConfig(e){this.written=e}shouldUpdate(e){let t=e.get("hass");return e.size>1||!e.has("hass")||t?.devices!==this.hass?.devices||t?.entities!==this.hass?.entities||t?.language!==this.hass?.language}render(){let{hass:e}=this;if(e===void 0)return u;let t=_(e.language),r=I(e).map(s=>({value:s,label:L(e,s)||s}));return c`<ha-form
.hass=${e}
.data=${ms(this.written)}
.schema=${ps(t,r)}
.computeLabel=${s=>t(fs(s.name))}
.computeHelper=${s=>s.name==="device"?t("editor.device_help"):void 0}
@value-changed=${this.changed}
></ha-form>`}};h([b({attribute:!1})],Fe.prototype,"hass",2),h([y()],Fe.prototype,"written",2);function fs(i){return`${de.includes(i)?"part":"editor"}.${i}`}var gs=1e4;async function wi(){if(customElements.get("ha-form")===void 0){await(await window.loadCardHelpers?.())?.createCardElement({type:"button"}).constructor?.getConfigElement?.();let t=new Promise(r=>setTimeout(r,gs));await Promise.race([customElements.whenDefined("ha-form"),t])}if(customElements.get("ha-form")!==void 0)return document.createElement("evse-ocpp-card-editor")}var $i=new WeakMap;function zt(i,n,e){let t=$i.get(i.connection)??new Map;$i.set(i.connection,t);let r=`${n} ${i.language}`,s=t.get(r);s===void 0?(s=bs(i,n),t.set(r,s)):s.error!==null&&s.end===null&&fn(i,n,s);let o=s;return o.listeners.add(e),(o.last!==null||o.error!==null)&&e(o.last,o.error),()=>{o.listeners.delete(e),!(o.listeners.size>0||t.get(r)!==o)&&(t.delete(r),o.close())}}function bs(i,n){let e={listeners:new Set,last:null,error:null,end:null,close:r},t=()=>fn(i,n,e);i.connection.addEventListener?.("ready",t);function r(){i.connection.removeEventListener?.("ready",t),e.end?.then(s=>s()).catch(()=>{})}return fn(i,n,e),e}function fn(i,n,e){let t=()=>e.listeners.forEach(s=>s(e.last,e.error)),r=i.connection.subscribeMessage(s=>{e.end===r&&(e.last=s,e.error=null,t())},{type:"evse_ocpp/subscribe",device_id:n,language:i.language},{resubscribe:!1});e.end=r,r.catch(s=>{e.end===r&&(e.error=typeof s?.code=="string"?s.code:"failed",e.end=null,t())})}var ys=5e3,ue=class{constructor(n){this.host=n;this.snapshot=null;this.error=null;this.connected=!1;n.addController(this)}of(n,e){let t=e===this.device&&n.connection===this.hass?.connection&&n.language===this.hass.language;this.hass=n,!t&&(e!==this.device&&(this.snapshot=null,this.error=null),this.device=e,this.restart())}hostConnected(){this.connected=!0,this.restart()}hostDisconnected(){this.connected=!1,this.stop()}restart(){this.stop(),!(!this.connected||this.hass===void 0||this.device===void 0)&&(this.end=zt(this.hass,this.device,(n,e)=>{let t=n!==this.snapshot||e!==this.error;this.snapshot=e===null?n:n??this.snapshot,this.error=e,e!==null&&(this.again??=setTimeout(()=>this.restart(),ys)),t&&this.host.requestUpdate()}))}stop(){clearTimeout(this.again),this.again=void 0,this.end?.(),this.end=void 0}};var _i=new Map;function vs(i){let n=_i.get(i);if(n===void 0){let e={year:"numeric",month:"2-digit",day:"2-digit",hour:"2-digit",minute:"2-digit"};n=new Intl.DateTimeFormat("en-GB",{...e,hourCycle:"h23",timeZone:gn(i)}),_i.set(i,n)}return n}var Rt=new Map;function gn(i){if(!Rt.has(i))try{new Intl.DateTimeFormat("en",{timeZone:i}),Rt.set(i,i)}catch{Rt.set(i,void 0)}return Rt.get(i)}function k(i,n){if(!Number.isFinite(i))return"";let e={};for(let{type:t,value:r}of vs(n).formatToParts(i))e[t]=r;return`${e.year}-${e.month}-${e.day}T${e.hour}:${e.minute}`}function J(i,n){let e=/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(i)?Date.parse(`${i}:00Z`):NaN;if(Number.isNaN(e))return NaN;let t=[e-864e5,e+864e5].map(s=>Date.parse(`${k(s,n)}:00Z`)-s);return t.map(s=>e-s).find(s=>k(s,n)===i)??e-(t[0]??0)}function ki(i,n){return k(n,i)!==k(n,Intl.DateTimeFormat().resolvedOptions().timeZone)}function W(i,n){let e=Date.parse(`${i}T00:00:00Z`)+n*864e5;return new Date(e).toISOString().slice(0,10)}var H="–",xs=1e5,ws=864e5,$s=6*ws,_s={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"};function Te(i){return typeof i=="number"&&Number.isFinite(i)}function Ct(i,n,e){let t=i.number_format==="none",r=i.number_format==="system"?void 0:t?"en":_s[i.number_format]??i.language,s={...e};return t&&(s.useGrouping=!1),Math.abs(n)>=xs&&Object.assign(s,{notation:"compact",minimumFractionDigits:0,maximumFractionDigits:1}),new Intl.NumberFormat(r,s).format(n)}function E(i,n,e=1,t=!1){if(!Te(n))return H;let r={minimumFractionDigits:t?e:0,maximumFractionDigits:e};return Ct(i,Number(n.toFixed(e))+0,r)}function G(i,n){return Te(n)?Math.abs(n)<999.5?[E(i,n,0),"W"]:[E(i,n/1e3,Math.abs(n)<99950?1:0,!0),"kW"]:[H,"kW"]}function z(i,n){if(!Te(n))return[H,"kWh"];let e=n/1e3,t=Math.abs(e)<9.995?2:Math.abs(e)<999.95?1:0;return[E(i,e,t,!0),"kWh"]}function B(i,n){return`${E(i,n,1)} A`}function R(i,n,e){return Te(n)?e&&/^[A-Z]{3}$/.test(e)?Ct(i,n,{style:"currency",currency:e}):`${E(i,n,2,!0)} ${e??""}`.trim():H}function pe(i,n){return Te(n)?Ct(i,n,{style:"percent"}):H}function At(i,n){if(!Te(n)||n<0)return H;let e=Math.floor(n/60),[t,r]=[Math.floor(e/1440),Math.floor(e/60)],s=(o,a)=>Ct(i,o,{style:"unit",unit:a,unitDisplay:"short"});return t>=2?`${s(t,"day")} ${s(r%24,"hour")}`:r>0?`${s(r,"hour")} ${s(e%60,"minute")}`:s(e,"minute")}function Ti(i,n){if(!Te(n)||n<0)return[H,""];let e=Math.floor(n/60);return e<60?[String(e),"min"]:e<2*1440?[`${Math.floor(e/60)}:${String(e%60).padStart(2,"0")}`,"h"]:[E(i,e/1440,1),"d"]}function S(i){if(!i)return null;let n=new Date(i);return Number.isNaN(n.getTime())?null:n}var Si=new Map;function bn(i,n){let e=`${i} ${JSON.stringify(n)}`,t=Si.get(e)??new Intl.DateTimeFormat(i,n);return Si.set(e,t),t}function ks({locale:i,config:n}){let e={hour:"2-digit",minute:"2-digit"};return i.time_format==="12"&&(e.hour12=!0),i.time_format==="24"&&(e.hourCycle="h23"),i.time_zone==="server"&&(e.timeZone=gn(n.time_zone)),bn(Ei(i),e).resolvedOptions().hour12&&(e.hour="numeric"),e}function Ei(i){return i.time_format==="system"?void 0:i.language}function T(i,n,e){if(n===null)return H;let t=ks(i),{timeZone:r}=t,s=o=>bn("en-CA",{timeZone:r}).format(o);return s(n)!==s(e)&&(Math.abs(n.getTime()-e.getTime())<$s?t.weekday="short":Object.assign(t,{day:"numeric",month:"short"}),s(n).slice(0,4)!==s(e).slice(0,4)&&(t.year="numeric")),bn(Ei(i.locale),t).format(n)}function O(i){return c`<div class="hint ${i.level}" role=${i.level==="info"?"note":"alert"}>
<ha-icon .icon=${i.icon}></ha-icon>
<div>
<strong>${i.title}</strong>
${i.text?c`<p>${i.text}</p>`:u}
${i.checks?c`<ul>${i.checks.map(n=>c`<li>${n}</li>`)}</ul>`:u}
${i.buttons||i.link?c`<div class="ways">
${i.buttons?.map(n=>c`<button type="button" @click=${n.press}><bdi>${n.text}</bdi></button>`)}
${i.link?c`<a href=${i.link.path}>${i.link.text}</a>`:u}
</div>`:u}
</div>
</div>`}function je(i,n){return{level:"warning",icon:"mdi:pencil-off-outline",title:n("hint.problem",{field:i.field,came:i.came}),text:n(i.allowed,i.values)}}function Ht(i,n,e){let t={path:_e,text:n("hint.open_integration")};return i.why==="choose"?{level:"info",icon:"mdi:ev-station",title:n("hint.choose"),text:n("hint.choose_text"),buttons:i.devices.map(({id:r,name:s})=>({text:s||r,press:()=>e(r)}))}:i.why==="gone"?{level:"warning",icon:"mdi:ev-plug-type2",title:n("hint.gone"),text:n("hint.gone_text",{device:i.device}),link:t}:{level:"info",icon:"mdi:ev-station",title:n("hint.none"),text:n("hint.none_text"),link:t}}function zi(i,n,e,t,r,s){let o=[];if(!t)o.push({level:"warning",icon:"mdi:puzzle-remove-outline",title:r("hint.not_loaded"),text:r("hint.not_loaded_text"),link:{path:_e,text:r("hint.open_integration")}});else if(n.away){let a=S(n.away.since);o.push({level:"warning",icon:"mdi:lan-disconnect",title:a?r("hint.away_since",{time:T(i,a,s)}):r("hint.away"),checks:[r("hint.away_power"),r("hint.away_network"),r("hint.away_address")],link:e?{path:`/config/devices/device/${e}`,text:r("hint.open_device")}:void 0})}n.fault!==null&&o.push({level:"error",icon:"mdi:alert",title:r("hint.fault",{fault:n.fault}),text:r("hint.fault_text")});for(let{role:a,entity:l}of n.missing)o.push({level:"warning",icon:"mdi:help-circle-outline",title:r("hint.missing",{field:`entities: ${a}`,entity:l}),text:r("hint.missing_text")});return o}var Ss={charging:["charging","c","d","on","charging_normal","charging_active","started"],ready:["preparing","connected","b","ready_to_charge","plugged_in","plugged"],waiting:["suspended_ev","suspended_evse","suspendedev","suspendedevse","awaiting_start","awaiting_authorization","waiting","waiting_for_car","waiting_for_vehicle","paused","scheduled","complete","completed","charge_complete","reserved","finishing","out_of_service","locked","queued"],free:["available","disconnected","a","idle","off","unplugged","not_connected","ready","standby"],fault:["faulted","fault","error","e","f","faulty"]},Ts=new Map(Object.entries(Ss).flatMap(([i,n])=>n.map(e=>[e,i]))),Es=200;function Ri(i,n){let e=A(i)?i.state.trim().toLowerCase().replace(/[\s-]+/g,"_"):"",t=Ts.get(e);return t!==void 0?t:n===null?"unknown":n>Es?"charging":e===""?"free":"unknown"}var zs={charging:"mdi:lightning-bolt",ready:"mdi:ev-plug-type2",waiting:"mdi:pause",free:"mdi:ev-station",fault:"mdi:alert",away:"mdi:lan-disconnect",unknown:"mdi:ev-station"};function Ot(i){return zs[i]}var Rs=["boost","charging","charging_window","connected","current_limit","free_charging","mode"];function Mt(i,n,e){if(n.device===void 0&&n.entities!==void 0)return{of:"entities",ids:n.entities};let t=I(i),r=n.device??e??(t.length===1?t[0]:void 0);return r===void 0?t.length===0?{of:"nothing",why:"none"}:{of:"nothing",why:"choose",devices:t.map(o=>({id:o,name:L(i,o)}))}:i.devices[r]===void 0?{of:"nothing",why:"gone",device:r}:{of:"device",device:r,ids:{...Cs(i,r),...ke(i,r)}}}function Cs(i,n){let e=i.devices[n]?.via_device_id;if(!e)return{};let t=ke(i,e);return Object.fromEntries(Rs.map(r=>[r,t[r]]))}var As=.5,Hs=230,Os=[3700,7400,11e3,22e3,5e4,15e4,35e4];function Ci(i,n,e,t,r=!0){let{ids:s}=e,o=jr=>yn(i,s[jr]),a=e.of==="device"?e.device:void 0,l=o("status"),d=r?Ps(o("connected"),t):{since:null},p=r?Ws(o("boost"),t,o("boost_until")):null,m=d?null:t?.power_w??Js(o("power")),f=Ds(o,t),g=Fs(o("current_limit")),$=t?.maximum_a??g?.max_a??null,N=d?null:Ns(f),w=d?"away":Ri(l,m),jn=t?.fault??null;return{name:Ms(i,n,a,t,s),kind:jn!==null&&w!=="away"?"fault":w,status:A(l)&&!d?i.formatEntityState(l):"",main:s.status??s.power??s.charging,power_w:m,current_a:N,phases:Ls(f),maximum_a:$,offered_a:t?.offered_a??null,share:Us(m,N,$),limit:g,modes:js(i,o("mode")),charging:Is(o("charging")),startable:a!==void 0&&!d&&l?.state==="preparing",session:t?t.session:Bs(o,w),total_wh:ct(o("energy")),soc_percent:d?null:Ks(o("soc")),why:t?.why??Gs(o("why")),boost:p,plan:t?.plan??null,site:t?.site??null,has_site:t?t.site!==null:p!==null,away:d,fault:jn,missing:qs(i,e)}}function Ai(i,n){return Object.values(n).map(e=>yn(i,e))}function yn(i,n){return n===void 0?void 0:i.states[n]}function Ms(i,n,e,t,r){if(n.name!==void 0)return n.name;if(e!==void 0)return L(i,e)||t?.name||"";let s=yn(i,r.status??r.power??Object.values(r)[0]),o=s&&i.entities[s.entity_id]?.device_id,a=s?.attributes.friendly_name;return o&&L(i,o)||(typeof a=="string"?a:"")}function Ps(i,n){return i?.state==="off"?{since:i.last_changed}:i?.state==="on"?null:n!==null&&!n.connected?{since:null}:null}function Ds(i,n){return n?.currents_a.some(t=>t!==null)?n.currents_a:["current_l1","current_l2","current_l3","current"].map(t=>Le(i(t)))}function Ns(i){let n=i.filter(e=>e!==null);return n.length>0?Math.max(...n):null}function Ls(i){let n=i.filter(e=>e!==null);return n.length>1?n.filter(e=>e>As).length:null}function Us(i,n,e){let t=s=>Math.min(1,Math.max(0,s));if(n!==null&&e!==null&&e>0)return t(n/e);if(i===null||i<=0)return 0;if(e!==null&&e>0){let s=e*Hs;return t(i/(i>s*1.1?3*s:s))}let r=Os.find(s=>s>=i)??i;return t(i/r)}function Fs(i){if(i===void 0||i.state==="unavailable")return null;let n=(o,a)=>{let l=Number(i.attributes[o]??Number.NaN);return Number.isFinite(l)?l:a},e=n("min",6),t=n("max",32);if(t<=e)return null;let r=n("step",1),s=r>0?r:1;return{entity:i.entity_id,value_a:Le(i),min_a:e,max_a:t,step_a:s}}function js(i,n){let e=n?.attributes.options;if(n===void 0||n.state==="unavailable"||!Array.isArray(e))return null;let t=e.filter(r=>typeof r=="string");return{entity:n.entity_id,chosen:t.includes(n.state)?n.state:null,options:t.map(r=>({value:r,label:i.formatEntityState(n,r)}))}}function Is(i){return A(i)?{entity:i.entity_id,on:i.state==="on"}:null}function Ws(i,n,e){if(i===void 0||i.state==="unavailable")return null;let t=n?.boost_until??(A(e)?e.state:null);return{entity:i.entity_id,until:t}}function Gs(i){if(!A(i))return null;let n=i.attributes.key;return{key:typeof n=="string"?n:"",sentence:i.state,then:null,next_change:null}}function Bs(i,n){let e=ct(i("session_energy"));if(e===null)return null;let t=i("session_start"),r=i("session_cost"),s=Xs(i("session_duration")),o=s===null?"":new Date(Date.now()-s*1e3).toISOString(),a=r?.attributes.unit_of_measurement;return{running:n==="charging"||n==="waiting",started_at:A(t)?t.state:o,ended_at:null,energy_wh:e,cost:Le(r),currency:typeof a=="string"?a:null,unpriced_wh:0,sun_wh:ct(i("session_sun_energy")),battery_wh:ct(i("session_battery_energy")),grid_wh:ct(i("session_grid_energy")),co2_g:null,card:A(i("session_card"))?i("session_card")?.state??null:null,person:null}}function Ks(i){let n=Le(i);return n!==null&&n>=0&&n<=100?n:null}function qs(i,n){return n.of!=="entities"?[]:Object.entries(n.ids).filter(([,e])=>i.states[e]===void 0).map(([e,t])=>({role:e,entity:t}))}var Vs={mW:.001,W:1,kW:1e3,MW:1e6},Ys={Wh:1,kWh:1e3,MWh:1e6},Zs={s:1,min:60,h:3600,d:86400};function vn(i,n,e){let t=Le(i);return t===null?null:t*(n[String(i?.attributes.unit_of_measurement)]??e)}var Js=i=>vn(i,Vs,1),ct=i=>vn(i,Ys,1e3),Xs=i=>vn(i,Zs,60);var Qs={off:"mdi:power",fast:"mdi:flash",window:"mdi:clock-outline",solar:"mdi:white-balance-sunny",minimum_solar:"mdi:weather-partly-cloudy",cheap:"mdi:cash-clock",plan:"mdi:calendar-clock",eco:"mdi:leaf",pv:"mdi:white-balance-sunny",minpv:"mdi:weather-partly-cloudy",now:"mdi:flash"};function Hi(i,n,e=!1){let t=n.busy??i.chosen,r=t??i.options[0]?.value;return c`<div
class="modes ${e?"icons":""}"
style="--columns:${eo(i.options.length)}"
role="radiogroup"
aria-label=${n.label}
aria-busy=${n.busy!==null}
@keydown=${no}
>
${i.options.map(({value:s,label:o})=>c`<button
type="button"
role="radio"
class=${s===n.busy?"busy":""}
data-mode=${s}
aria-checked=${s===t}
aria-label=${e?o:u}
title=${e?o:u}
tabindex=${s===r?0:-1}
@click=${()=>s!==t&&n.choose(s)}
>
<ha-icon .icon=${Qs[s]??"mdi:ev-station"}></ha-icon>
${e?u:c`<span>${o}</span>`}
</button>`)}
</div>`}function eo(i){return i<=4?Math.max(1,i):i%4===0||i%4===3?4:3}function to(i,n){return i==="ArrowDown"?1:i==="ArrowUp"?-1:i==="ArrowRight"?n?-1:1:i==="ArrowLeft"?n?1:-1:0}function no(i){let n=i.currentTarget,e=to(i.key,getComputedStyle(n).direction==="rtl");if(e===0)return;i.preventDefault();let t=[...n.querySelectorAll("[role=radio]")],r=t.indexOf(i.target);t[(r+e+t.length)%t.length]?.focus()}var Pt=200,dt=86,Mi=45,io=360-2*Mi;function Dt(i,n=dt){let e=(90+Mi+i*io)*Math.PI/180,t=r=>Math.round(r*100)/100;return[t(Pt/2+n*Math.cos(e)),t(Pt/2+n*Math.sin(e))]}var[ro,so]=[Dt(0),Dt(1)],Oi=`M${ro.join(" ")} A${dt} ${dt} 0 1 1 ${so.join(" ")}`;function oo(i){if(i.maximum_a===null||i.maximum_a<=0)return null;let n=i.limit?.value_a??null;return n===null||n>=i.maximum_a?null:Math.max(0,n/i.maximum_a)}function xn(i){let n=oo(i),[e,t]=n===null?[]:[Dt(n,dt-11),Dt(n,dt+11)],r=Math.round(i.share*1e3)/10;return c`<svg class="arc" viewBox="0 0 ${Pt} ${Pt}" aria-hidden="true">
<path class="track" d=${Oi} />
${r>0?ae`<path class="value" d=${Oi} pathLength="100" stroke-dasharray="${r} 200" />`:u}
${e&&t?ae`<line class="mark-gap" x1=${e[0]} y1=${e[1]} x2=${t[0]} y2=${t[1]} />
<line class="mark" x1=${e[0]} y1=${e[1]} x2=${t[0]} y2=${t[1]} />`:u}
</svg>`}function Pi(i,n,e,t){let[r,s]=G(i.locale,n.power_w),o=n.kind==="charging"||(n.power_w??0)>0,a=n.status||e(`kind.${n.kind}`),l=n.maximum_a;return c`<div class="dial">
<button
class="ring ${n.kind}"
type="button"
?disabled=${n.main===void 0}
@click=${t}
>
${xn(n)}
<span class="inner">
<ha-icon class="state" .icon=${Ot(n.kind)}></ha-icon>
${o?c`<bdi class="big">${r} <small>${s}</small></bdi>
<span class="detail">${a}</span>`:c`<span class="word">${a}</span>`}
<bdi class="detail">${ao(i,n,e)}</bdi>
</span>
</button>
${l===null?u:c`<div class="ends" aria-hidden="true">
<span>0</span><span>${E(i.locale,l,0)} A</span>
</div>`}
</div>`}function ao(i,n,e){if(n.kind==="away")return"";if(n.current_a!==null&&n.current_a>0){let t=n.phases===null||n.phases===0?"":n.phases===1?e("ring.one_phase"):e("ring.phases",{count:n.phases});return[B(i.locale,n.current_a),t].filter(Boolean).join(" · ")}return n.offered_a!==null&&n.kind!=="free"?e("ring.offered",{current:B(i.locale,n.offered_a)}):n.power_w===null&&n.kind==="charging"?H:""}function lo(i,n){let[e,t]=[S(i.started_at),S(i.ended_at)??n];return e===null?null:Math.max(0,(t.getTime()-e.getTime())/1e3)}var co=.005;function uo(i){let n={sun:i.sun_wh,battery:i.battery_wh,grid:i.grid_wh};if(i.sun_wh===null)return[];let e=Object.entries(n).filter(([,r])=>r!==null&&r>0),t=e.reduce((r,[,s])=>r+s,0);return e.map(([r,s])=>({key:r,wh:s,share:s/t})).filter(r=>r.share>=co)}function po(i){let n=i.map(t=>Math.round(t.share*100)),e=n.slice(0,-1).reduce((t,r)=>t+r,0);return n.map((t,r)=>r===n.length-1?100-e:t)}var mo={sun:"mdi:white-balance-sunny",battery:"mdi:home-battery",grid:"mdi:transmission-tower"};function Di(i,n,e,t){let r=n.session,[s,o]=z(i.locale,r?.energy_wh),a=r===null?"session.none":r.running?"session.now":"session.last",l=r!==null&&r.cost!==null&&r.unpriced_wh>0;return c`<div class="session" role="group" aria-label=${e(a)}>
<div class="title"><span>${e(a)}</span><span>${r===null?u:ho(i,r,t)}</span></div>
<dl>
${Nt(e("session.energy"),s,o)}
${Nt(e("session.time"),...r===null?[H]:Ti(i.locale,lo(r,t)))}
${Nt(e("session.cost"),R(i.locale,r?.cost,r?.currency),"",l?e("session.unpriced"):"")}
</dl>
${n.has_site?fo(i,r,e):u}
</div>`}function ho(i,n,e){let t=n.running?null:n.person??n.card,r=S(n.started_at),s=r===null?"":T(i,r,e);return c`<bdi>${t??""}</bdi>${t&&s?" · ":""}${s}`}function Ni(i,n,e){if(n.total_wh===null)return u;let[t,r]=z(i.locale,n.total_wh);return c`<dl class="session">${Nt(e("session.total"),t,r)}</dl>`}function Nt(i,n=H,e="",t=""){return c`<div title=${t||u}>
<dd><bdi>${n}${e?c` <small>${e}</small>`:u}${t?"*":u}</bdi></dd>
<dt>${i}</dt>
</div>`}function fo(i,n,e){let t=n===null?[]:uo(n),r=po(t),s=t.map((o,a)=>`${e(`source.${o.key}`)} ${pe(i.locale,(r[a]??0)/100)}`);return c`<div class="sources">
<div class="bar" aria-hidden="true">
${t.map(o=>c`<i class=${o.key} style="flex-grow:${o.share}"></i>`)}
</div>
<ul>
${t.length===0?c`<li>${e("source.unknown")}</li>`:t.map((o,a)=>c`<li class=${o.key}>
<ha-icon .icon=${mo[o.key]}></ha-icon>${s[a]}
</li>`)}
</ul>
</div>`}function Lt(i){let[n]=I(i);return n===void 0?{}:{device:n}}function Li(i,n){let e=i.entities[n];return e?.platform!==P||!e.device_id||!I(i).includes(e.device_id)?null:{config:{type:"custom:evse-ocpp-card",device:e.device_id}}}var go=6*3600;function Ui(i,n,e,t){let r=n.why;return c`<div class="why" role="group" aria-label=${e("why.title")}>
<ha-icon icon="mdi:information-outline"></ha-icon>
<div>
<p role="status"><bdi>${r?.sentence||e("why.unknown")}</bdi></p>
${r===null?u:bo(i,r.then,S(r.next_change),e,t)}
</div>
</div>`}function bo(i,n,e,t,r){if(n!==null)return c`<p class="then"><bdi>${n}</bdi></p>`;if(e===null||e<=r)return u;let s=(e.getTime()-r.getTime())/1e3,o=T(i,e,r),a=s<go;return c`<p class="then">
${t(a?"why.next_in":"why.next",{time:o,duration:At(i.locale,s)})}
</p>`}var yo=3e4,me=class extends x{constructor(){super(...arguments);this.config=ne({});this.planOpen=!1;this.following=new ue(this);this.doing=new Y(this);this.seen=[];this.sendLimit=e=>{let t=this.found?.of==="nothing"?void 0:this.found?.ids.current_limit;return t===void 0?Promise.resolve(!1):this.act("limit","set_value",t,{value:e})}}static{this.styles=Pe}static{this.getConfigElement=wi}static{this.getStubConfig=Lt}setConfig(e){this.config=ne(e)}getCardSize(){return this.config.layout==="compact"?3:9}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}connectedCallback(){super.connectedCallback(),this.tick=setInterval(()=>this.timePasses(),yo)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.tick)}timePasses(){let{snapshot:e}=this.following;(e?.session?.running||e?.why?.next_change)&&this.requestUpdate()}shouldUpdate(e){let t=this.hass;if(t===void 0)return!1;let r=e.get("hass"),s=r!==void 0&&r.entities===t.entities&&r.devices===t.devices&&r.language===t.language&&r.locale===t.locale&&r.formatEntityState===t.formatEntityState,o=s&&!e.has("config")&&!e.has("chosen")?this.found:void 0;this.found=o??Mt(t,this.config,this.chosen),this.following.of(t,this.found.of==="device"?this.found.device:void 0);let a=this.found.of==="nothing"?[]:Ai(t,this.found.ids),{following:l,doing:d}=this,p=[l.snapshot,l.error,d.busy,d.error,...a],m=p.length===this.seen.length&&p.every((f,g)=>f===this.seen[g]);return this.seen=p,!(s&&m&&e.size===1&&e.has("hass"))}render(){let{hass:e,config:t,found:r}=this;if(e===void 0||r===void 0)return u;let s=_(e.language),o=t.problems.map($=>O(je($,s)));if(r.of==="nothing")return c`<ha-card><div class="bare">${o}${O(Ht(r,s,N=>this.chosen=N))}</div></ha-card>`;let{snapshot:a,error:l}=this.following,d=l!=="not_loaded"&&a?.loaded!==!1,p=Ci(e,t,r,a,d),m=new Date,f=r.of==="device"?r.device:void 0,g=c`${o}${zi(e,p,f,d,s,m).map(O)}${this.failure(s)}`;return c`<ha-card class=${p.kind}>
${t.layout==="compact"?this.compact(e,p,s,g):this.full(e,p,s,g,d,m)}
</ha-card>`}full(e,t,r,s,o,a){let l=m=>this.config.show[m],d=this.found?.of==="device",{snapshot:p}=this.following;return c`<div class="full">
${this.head(e,t,r)}
<div class="hints">${s}</div>
<div class="columns">
<div class="column">
${Pi(e,t,r,()=>this.more(t.main))}
${l("session")?d||t.session?Di(e,t,r,a):Ni(e,t,r):u}
</div>
<div class="column">
${l("why")&&(d?o:t.why)?Ui(e,t,r,a):u}
${l("modes")?this.modes(t,r):u}
${l("limit")?this.limit(e,t,r):u}
${this.actions(e,t,r,a)}
</div>
</div>
${l("phases")&&t.has_site?c`<div class="phases ${p===null?"loading":""}">
<evse-ocpp-phases .hass=${e} .snapshot=${p}></evse-ocpp-phases>
</div>`:u}
${l("plan")&&t.has_site?this.plan(e,t,r,a):u}
</div>`}compact(e,t,r,s){let o=f=>this.config.show[f],[a,l]=G(e.locale,t.power_w),[d,p]=z(e.locale,t.session?.energy_wh),m=[t.status||r(`kind.${t.kind}`),t.kind==="charging"?`${a} ${l}`:"",t.session?.running?`${d} ${p}`:""];return c`<div class="compact">
<div class="line">
<button
type="button"
class="ring small ${t.kind}"
aria-label=${r("card.more")}
?disabled=${t.main===void 0}
@click=${()=>this.more(t.main)}
>
${xn(t)}<span class="inner"><ha-icon class="state" .icon=${Ot(t.kind)}></ha-icon></span>
</button>
<div class="names">
<h2><bdi>${t.name||r("card.name")}</bdi></h2>
<p><bdi>${m.filter(Boolean).join(" · ")}</bdi></p>
</div>
${this.actions(e,t,r,new Date,!0)}
</div>
${s}
${o("modes")?this.modes(t,r,!0):u}
${o("limit")?this.limit(e,t,r,!0):u}
</div>`}head(e,t,r){let s=t.soc_percent===null?null:pe(e.locale,t.soc_percent/100),o=t.session?.running?t.session.person??t.session.card:null;return c`<div class="head">
<h2><bdi>${t.name||r("card.name")}</bdi></h2>
${s===null?u:c`<span class="chip" role="img" aria-label="${r("soc.title")}: ${s}" title=${r("soc.title")}>
<ha-icon icon="mdi:car-battery"></ha-icon><bdi>${s}</bdi>
</span>`}
${o?c`<span class="chip"><ha-icon icon="mdi:account"></ha-icon><bdi>${o}</bdi></span>`:u}
</div>`}modes(e,t,r=!1){let s=e.modes;if(s===null)return u;let o=this.doing.busy?.startsWith("mode ")?this.doing.busy.slice(5):null,a=l=>{this.act(`mode ${l}`,"select_option",s.entity,{option:l})};return Hi(s,{label:t("modes.title"),busy:o,choose:a},r)}limit(e,t,r,s=!1){let o=t.limit;return o===null?u:c`<evse-ocpp-limit
.limit=${o}
.locale=${e.locale}
.label=${r("limit.title")}
.send=${this.sendLimit}
?compact=${s}
></evse-ocpp-limit>`}actions(e,t,r,s,o=!1){let a=[],{charging:l,boost:d}=t;if(l&&(t.startable||t.modes===null)){let p=t.startable||!l.on,m=()=>{this.act("charging",p?"turn_on":"turn_off",l.entity)},f=r(p?"act.start":"act.pause");a.push(this.action("charging",p?"mdi:play":"mdi:pause",f,m,o))}if(d){let p=S(d.until),m=p!==null&&p>s,f=m?r("act.boosting",{time:T(e,p,s)}):r("act.boost"),g=()=>m?this.endBoost():void this.act("boost","press",d.entity),$=m?"mdi:rocket-launch":"mdi:rocket-launch-outline";a.push(this.action("boost",$,f,g,o,m?r("act.boost_end"):""))}return a.length>0?c`<div class="actions">${a}</div>`:u}action(e,t,r,s,o,a=""){let l=a?`${r}: ${a}`:r;return c`<button
type="button"
class="action ${a?"on":""}"
data-action=${e}
aria-busy=${this.doing.busy===e}
aria-label=${o||a?l:u}
title=${o||a?l:u}
@click=${s}
>
<ha-icon .icon=${t}></ha-icon>${o?u:c`<span>${r}</span>`}
${a&&!o?c`<ha-icon icon="mdi:close"></ha-icon>`:u}
</button>`}endBoost(){let t={device_id:this.found?.of==="device"?this.found.device:void 0,duration:{seconds:0}};this.doing.run("boost",async()=>this.hass?.callService(P,"boost",t,void 0,!1))}plan(e,t,r,s){let{snapshot:o}=this.following,a=this.planOpen;return c`<div class="plan">
<button
type="button"
class="fold"
aria-expanded=${a}
aria-controls="plan"
@click=${()=>this.planOpen=!a}
>
<ha-icon icon="mdi:calendar-clock"></ha-icon>
<span class="title">${r("plan_fold.title")}</span>
<span class="summary ${t.plan&&!t.plan.met?"missed":""}">${vo(e,t,r,s)}</span>
<ha-icon class="chevron" icon="mdi:chevron-down"></ha-icon>
</button>
<div id="plan" ?hidden=${!a}>
${a?c`<evse-ocpp-plan .hass=${e} .snapshot=${o}></evse-ocpp-plan>`:u}
</div>
</div>`}failure(e){let t=this.doing.error;if(t===null)return u;let r=()=>this.doing.forget(),s=[{text:e("act.dismiss"),press:r}],o=t||e("act.failed");return O({level:"error",icon:"mdi:alert-circle-outline",title:o,buttons:s})}async act(e,t,r,s={}){let o=r.split(".",1)[0]??"",a=async()=>this.hass?.callService(o,t,{entity_id:r,...s},void 0,!1);return this.doing.run(e,a)}more(e){e!==void 0&&Z(this,"hass-more-info",{entityId:e})}};h([b({attribute:!1})],me.prototype,"hass",2),h([y()],me.prototype,"config",2),h([y()],me.prototype,"chosen",2),h([y()],me.prototype,"planOpen",2);function vo(i,n,e,t){if(n.plan===null)return e("plan_fold.none");let r=T(i,S(n.plan.due),t);if(!n.plan.met)return e("plan_fold.missed",{time:r});let[s,o]=z(i.locale,n.plan.needed_kwh*1e3);return e("plan_fold.line",{energy:`${s} ${o}`,time:r})}async function Fi(i){await customElements.whenDefined("home-assistant"),await Se(he());for(let[n,e]of Object.entries(i))customElements.get(n)===void 0&&customElements.define(n,e)}function he(){return document.querySelector("home-assistant")?.hass?.language??xo()??(document.documentElement.lang||navigator.language)}function xo(){try{let i=JSON.parse(localStorage.getItem("selectedLanguage")??"null");return typeof i=="string"?i:navigator.language}catch{return}}var wo=400,$o=2e3,U=class extends x{constructor(){super(...arguments);this.label="";this.disabled=!1;this.compact=!1;this.wanted=null;this.telling=!1;this.moved=e=>{this.wanted=Number(e.target.value),clearTimeout(this.timer),this.timer=void 0};this.letGo=()=>{clearTimeout(this.timer),this.timer=setTimeout(()=>{this.tell()},wo)}}static{this.shadowRootOptions={...x.shadowRootOptions,delegatesFocus:!0}}shouldUpdate(e){if(e.size>1||!e.has("limit"))return!0;let t=e.get("limit");return t===void 0||JSON.stringify(t)!==JSON.stringify(this.limit)}willUpdate(){!this.telling&&this.timer===void 0||!this.telling&&this.wanted===this.limit.value_a&&this.settle()}disconnectedCallback(){super.disconnectedCallback(),this.settle()}render(){let{min_a:e,max_a:t,step_a:r,value_a:s}=this.limit,o=this.wanted??s,a=((o??e)-e)/(t-e),l=B(this.locale,o);return c`
<div class="row ${this.compact?"compact":""}" aria-busy=${this.telling}>
<span class="head">
<span id="label">${this.label}</span>
<output class=${this.wanted===null?"":"wanted"}>
${this.telling?c`<i class="spin"></i>`:u}<bdi>${l}</bdi>
</output>
</span>
<span
class="slider ${o===null?"unknown":""}"
style="--share:${Math.min(1,Math.max(0,a))}"
>
<span class="fill"></span>
<input
type="range"
aria-label=${this.label}
aria-valuetext=${l}
min=${e}
max=${t}
step=${r}
.value=${String(o??e)}
?disabled=${this.disabled}
@input=${this.moved}
@change=${this.letGo}
/>
</span>
</div>
`}async tell(){this.timer=void 0;let e=this.wanted;if(e===null||e===this.limit.value_a){this.settle();return}this.telling=!0;let t=await this.send(e);this.telling=!1,this.wanted===e&&(!t||this.limit.value_a===e?this.settle():this.timer=setTimeout(()=>this.settle(),$o))}settle(){clearTimeout(this.timer),this.timer=void 0,this.wanted=null}static{this.styles=li}};h([b({attribute:!1})],U.prototype,"limit",2),h([b({attribute:!1})],U.prototype,"locale",2),h([b()],U.prototype,"label",2),h([b({type:Boolean})],U.prototype,"disabled",2),h([b({type:Boolean})],U.prototype,"compact",2),h([b({attribute:!1})],U.prototype,"send",2),h([y()],U.prototype,"wanted",2),h([y()],U.prototype,"telling",2);var _o=6e4,M=class{constructor(n){this.host=n;this.answer=null;this.error=null;this.busy=!1;this.turn=0;n.addController(this)}ask(n,e){this.fetch=e,n!==this.question&&(this.question=n,this.again())}async again(){if(this.fetch===void 0)return;let n=++this.turn;this.busy=!0;try{let e=await this.fetch();if(n!==this.turn)return;this.answer=e,this.error=null}catch(e){if(n!==this.turn)return;this.error=mn(e)}this.busy=!1,this.host.requestUpdate()}hostConnected(){this.timer=setInterval(()=>{document.visibilityState==="visible"&&this.again()},_o),this.question!==void 0&&this.again()}hostDisconnected(){clearInterval(this.timer)}};var wn=["overview","sessions","months","costs","faults"];function ji(i){let n=Ne(i)?i:{},e=[],t=$n(n,"devices",e),r=$n(n,"views",e).filter(s=>{let o=wn.some(a=>a===s);return o||e.push({field:"views",came:s,allowed:"problem.one_of",values:{list:wn.join(", ")}}),o});return{devices:t,views:r.length>0?[...new Set(r)]:[...wn],problems:e}}var Ie=["day","month"],_n=["energy","cost"];function kn(i){let n=Ne(i)?i:{},e=[],t=$n(n,"devices",e),r=(s,o,a)=>{let l=n[s]??a,d=o.find(p=>p===l);return d!==void 0?d:(e.push({field:s,came:j(l),allowed:"problem.one_of",values:{list:o.join(", ")}}),a)};return{devices:t.length>0?t:void 0,period:r("period",Ie,"day"),measure:r("measure",_n,"energy"),problems:e}}function $n(i,n,e){let t=i[n];return t==null?[]:Array.isArray(t)&&t.every(r=>typeof r=="string")?t:(e.push({field:n,came:j(t),allowed:"problem.list"}),[])}function ut(i,n){return["connection","language","locale","devices","entities"].some(t=>i?.[t]!==n?.[t])}var Ii={name:"devices",selector:{device:{multiple:!0,filter:[{integration:P}]}}},F=class extends x{constructor(){super(...arguments);this.config=kn({})}static{this.getStubConfig=()=>({})}static{this.getConfigForm=()=>Gi([Ii])}setConfig(e){this.config=kn(e)}getCardSize(){return 8}getGridOptions(){return{columns:"full",min_columns:6}}get text(){return _(this.hass?.language??"en")}failure(...e){let t=e.find(r=>r!==null);return t===void 0?u:c`<p class="error" role="alert">${t||this.text("act.failed")}</p>`}problems(){let{text:e}=this;return this.config.problems.length===0?u:c`${this.config.problems.map(({field:t,came:r,allowed:s,values:o})=>c`<p class="error" role="alert">${e("hint.problem",{field:t,came:r})} ${e(s,o)}</p>`)}`}};h([b({attribute:!1,hasChanged:ut})],F.prototype,"hass",2),h([y()],F.prototype,"config",2);function Wi(){let i=_(he()),n=(e,t,r)=>({name:e,selector:{select:{mode:"dropdown",options:t.map((s,o)=>({value:s,label:r[o]}))}}});return Gi([Ii,n("period",Ie,[i("energy.day"),i("energy.month")]),n("measure",_n,[i("energy.title"),i("energy.paid")])])}function Gi(i){let n=_(he()),e={devices:n("filter.wallboxes"),period:n("filter.period"),measure:n("filter.measure")};return{schema:i,computeLabel:({name:t})=>e[t]??t}}var Bi=["days_30","this_month","last_month","this_year","all","custom"];function jt(i,n){return k(i,n).slice(0,7)}function Ee(i,n){let[e=1970,t=1]=i.split("-").map(Number),r=e*12+t-1+n;return`${String(Math.floor(r/12)).padStart(4,"0")}-${String(r%12+1).padStart(2,"0")}`}function Ft(i,n){return{start:J(`${i}-01T00:00`,n),end:J(`${Ee(i,1)}-01T00:00`,n)}}function Ki(i,n,e,t="",r=""){let s=k(n,e).slice(0,10),o=jt(n,e);switch(i){case"days_30":return{start:Ut(W(s,-29),e)};case"this_month":return{start:Ft(o,e).start};case"last_month":return Ft(Ee(o,-1),e);case"this_year":return{start:Ut(`${s.slice(0,4)}-01-01`,e)};case"custom":return{start:Ut(t,e),end:r===""?void 0:Ut(W(r,1),e)};case"all":return{}}}function Ut(i,n){let e=J(`${i}T00:00`,n);return Number.isNaN(e)?void 0:e}function We(i){return i===void 0?void 0:new Date(i).toISOString()}var Ge=["sun","battery","grid"];function It(i){if(i.sun_wh===null)return{sun:0,battery:0,grid:0,other:i.energy_wh};let n=i.battery_wh??0;return{sun:i.sun_wh,battery:n,grid:Math.max(0,i.energy_wh-i.sun_wh-n),other:0}}function ie(i){return i.sun+i.battery+i.grid+i.other}function Sn(i,n){return n===null||i<=0?null:Math.min(1,Math.max(0,n/i))}function Wt(i,n,e){return[...Ge,"other"].filter(t=>i[t]>0).map(t=>`${e(`source.${t}`)} ${z(n,i[t]).join(" ")}`).join(", ")}function Gt(i,n,e,t=1){let r=ie(i);if(!(r>0))return c`<div class="sources" aria-hidden="true"></div>`;let s=Wt(i,n,e);return c`<div class="sources" role="img" aria-label=${s} title=${s}>
<div class="filled" style="inline-size:${Math.max(1.5,t*100).toFixed(1)}%">
${[...Ge,"other"].map(o=>i[o]>0?c`<span class=${o} style="flex-grow:${(i[o]/r).toFixed(4)}"></span>`:u)}
</div>
</div>`}function Bt(i,n){return c`<ul class="legend">
${i.map(e=>c`<li><span class="dot ${e}"></span>${n(`source.${e}`)}</li>`)}
</ul>`}function pt(i,n,e){return pe(i,Sn(n,e))}var qi=30,Vi=12;function Yi(i){let n={sun:[],battery:[],grid:[],other:[],cost:[]};for(let{ids:e}of i.connectors){let{energy_sun:t,energy_battery:r,energy_grid:s,energy:o,cost_total:a}=e;t&&s?(n.sun.push(t),n.grid.push(s),r&&n.battery.push(r)):o&&n.other.push(o),a&&n.cost.push(a)}return n}function ko(i,n,e){let t=k(n,e).slice(0,10);if(i==="day")return Array.from({length:qi},(s,o)=>W(t,o+1-qi));let r=t.slice(0,7);return Array.from({length:Vi},(s,o)=>`${Ee(r,o+1-Vi)}-01`)}function So(i,n,e,t,r){let s=t==="day"?10:7,o=f=>{let g=new Map;for(let{start:$,change:N}of f.flatMap(w=>e[w]??[])){let w=k($+72e5,r).slice(0,s);typeof N=="number"&&N>0&&g.set(w,(g.get(w)??0)+N)}return g},[a,l,d,p,m]=[n.sun,n.battery,n.grid,n.other,n.cost].map(o);return i.map(f=>{let g=N=>N?.get(f.slice(0,s))??0,$={sun:g(a)*1e3,battery:g(l)*1e3,grid:g(d)*1e3,other:g(p)*1e3};return{start:f,parts:$,cost:n.cost.length>0?g(m):null}})}async function Zi(i,n,e,t){let r=i.config.time_zone,s=ko(e,t,r),o=await i.callWS({type:"recorder/statistics_during_period",start_time:new Date(J(`${s[0]}T00:00`,r)).toISOString(),statistic_ids:Object.values(n).flat(),period:e,types:["change"],units:{energy:"kWh"}});return So(s,n,o,e,r)}function Ji(i){return i.map(n=>({...n,parts:{sun:0,battery:0,grid:0,other:Math.max(0,n.cost??0)}}))}function Tn(i){let n={sun:0,battery:0,grid:0,other:0},e=null;for(let t of i){for(let r of Object.keys(n))n[r]+=t.parts[r];t.cost!==null&&(e=(e??0)+t.cost)}return{parts:n,cost:e}}function Xi(i,n){let e=Math.max(n,...i.map(({parts:o})=>ie(o))),t=e/3,r=10**Math.floor(Math.log10(t)),s=[1,2,2.5,5,10].map(o=>o*r).find(o=>o>=t)??t;return Array.from({length:Math.ceil(e/s-1e-9)+1},(o,a)=>a*s)}function Be(i,n=[]){let e=new Set,t=new Set;for(let a of Object.values(i.entities))a?.platform!==P||!a.device_id||(e.add(a.device_id),a.translation_key?.startsWith("site_")&&t.add(a.device_id));let r=new Set(I(i)),s=n.length===0?[...r]:[...r].filter(a=>n.includes(a)),o=[...e].filter(a=>!r.has(a)&&!t.has(a));return{connectors:En(i,s),sites:En(i,[...t]),others:En(i,o),chosen:n.length>0}}function En(i,n){return n.map(e=>({device:e,name:L(i,e),ids:ke(i,e)})).sort((e,t)=>e.name.localeCompare(t.name,i.language,{numeric:!0}))}function Ke(i,...n){return n.map(e=>i[e]).filter(e=>e!==void 0)}var To=["grid","battery","sun","other"],qe=class extends F{constructor(){super(...arguments);this.chosen=null;this.noMeters=!1;this.bars=new M(this)}static{this.getConfigForm=Wi}get ofCost(){return this.config.measure==="cost"}get heading(){return this.text(this.ofCost?"energy.paid":"energy.title")}get shownGrain(){return this.grain??this.config.period}willUpdate(){let{hass:e}=this;if(e===void 0)return;let t=Yi(Be(e,this.config.devices)),r=this.shownGrain;this.noMeters=Object.values(t).every(s=>s.length===0),!this.noMeters&&this.bars.ask(JSON.stringify([t,r]),()=>Zi(e,t,r,Date.now()))}render(){let{hass:e,text:t}=this;if(e===void 0)return c`<ha-card></ha-card>`;let r=this.bars.answer,s=r!==null&&this.ofCost?Ji(r):r;return c`<ha-card>
<div class="top">
<h2>${this.heading}</h2>
<div class="grains" role="radiogroup" aria-label=${t("filter.period")}>
${Ie.map(o=>this.grainButton(o,t))}
</div>
</div>
${this.problems()} ${this.noMeters?c`<p class="hint">${t("energy.no_meters")}</p>`:this.sums(e,r,t)}
${this.bars.error===null?u:c`<p class="error" role="alert">${t("energy.failed",{error:this.bars.error||"–"})}</p>`}
<div class="chart ${this.bars.busy?"busy":""}" aria-busy=${this.bars.busy}>
${s===null?u:this.chart(e,s,t)}
</div>
<div class="foot">${s===null?u:this.foot(e,s,t)}</div>
</ha-card>`}grainButton(e,t){let r=e===this.shownGrain,s=a=>{this.grain=a,this.chosen=null},o=Ie.find(a=>a!==e)??e;return c`<button
role="radio"
aria-checked=${r}
tabindex=${r?0:-1}
@click=${()=>s(e)}
@keydown=${a=>{a.key.startsWith("Arrow")&&(a.preventDefault(),s(o),this.updateComplete.then(()=>this.renderRoot.querySelector("[aria-checked=true]")?.focus()))}}
>
${t(`energy.${e}`)}
</button>`}sums(e,t,r){let{locale:s}=e,{parts:o,cost:a}=Tn(t??[]),l=ie(o),d=l-o.other,[p,m]=z(s,t===null?null:l),f=[r("sum.cost"),R(s,a,e.config.currency)];if(this.ofCost){let $=a===null||l<=0?null:a/(l/1e3);return $e([f,[r("energy.per_kwh"),R(s,$,e.config.currency)]])}let g=[[r("sum.energy"),p,m],[r("sum.sun"),pe(s,t===null?null:Sn(d,d>0?o.sun:null))]];return a!==null&&g.push(f),$e(g)}chart(e,t,r){let s=this.ofCost?1:1e3,o=Xi(t,s),a=o[o.length-1]??1,l=t.length>12?5:1,d=p=>{let m={ArrowLeft:-1,ArrowRight:1,Home:-t.length,End:t.length}[p.key];if(m===void 0)return;p.preventDefault();let f=getComputedStyle(this).direction==="rtl"&&p.key.startsWith("Arrow"),g=this.chosen??t.length;this.chosen=Math.max(0,Math.min(t.length-1,g+(f?-m:m)))};return c`<div class="axis" aria-hidden="true">
${o.map(p=>c`<span style="inset-block-end:${(100*p/a).toFixed(2)}%">${E(e.locale,p/s,2)}</span>`)}
</div>
<div
class="bars"
tabindex="0"
role="group"
aria-roledescription=${r("energy.chart")}
aria-label=${`${this.heading}. ${r("chart.help")}`}
@keydown=${d}
@pointerleave=${()=>this.chosen=null}
>
${o.map(p=>c`<i style="inset-block-end:${(100*p/a).toFixed(2)}%"></i>`)}
${t.map((p,m)=>c`<div
class="slot ${this.chosen===m?"chosen":""}"
@pointerenter=${()=>this.chosen=m}
@click=${()=>this.chosen=m}
>
<div class="bar">${To.map(f=>Eo(p.parts,f,a))}</div>
<span class="name">${(t.length-1-m)%l===0?this.name(e,p,"short"):u}</span>
</div>`)}
</div>`}foot(e,t,r){let s=this.chosen===null?void 0:t[this.chosen],{parts:o}=Tn(t),a=[...Ge,"other"].filter(d=>o[d]>0),l=ie(o)===0;return c`<p class="told" aria-live="polite">
${s?this.words(e,s,r):l?r("energy.none"):this.ofCost?r("energy.touch"):Bt(a,r)}
</p>
<details>
<summary>${r("chart.table")}</summary>
<table>
${[...t].reverse().map(d=>c`<tr>
<th scope="row">${this.name(e,d,"long")}</th>
<td>${this.amount(e,d)}</td>
<td>${this.ofCost||ie(d.parts)===0?u:Wt(d.parts,e.locale,r)}</td>
</tr>`)}
</table>
</details>`}words(e,t,r){let s=ie(t.parts),o=[`${this.name(e,t,"long")}: ${this.amount(e,t)}`];return this.ofCost?o.join():(s>t.parts.other&&o.push(Wt(t.parts,e.locale,r)),t.cost!==null&&s>0&&o.push(R(e.locale,t.cost,e.config.currency)),o.join(" · "))}amount(e,t){return this.ofCost?R(e.locale,t.cost,e.config.currency):z(e.locale,ie(t.parts)).join(" ")}name(e,t,r){let s={month:r==="short"?"short":"long",timeZone:"UTC"};return this.shownGrain==="day"&&(s.day="numeric"),r==="long"&&(s.year="numeric"),r==="short"&&this.shownGrain==="day"&&(s.month="numeric"),new Intl.DateTimeFormat(e.locale.language,s).format(Date.parse(`${t.start}T12:00Z`))}static{this.styles=[le,Me,si]}};h([y()],qe.prototype,"grain",2),h([y()],qe.prototype,"chosen",2);function Eo(i,n,e){return i[n]>0?c`<span class=${n} style="block-size:${(100*i[n]/e).toFixed(2)}%"></span>`:u}function Qi(i,n,e=new Map){let t=[...n.connectors.map(s=>zo(i,s,e)),...n.sites.map(s=>Ro(i,s))],r=["error","warning","ok"];return t.sort((s,o)=>r.indexOf(s.level)-r.indexOf(o.level))}function er(i){let n=["status","error","connected","refusal","site_meter_lost"];return[...i.connectors,...i.sites].flatMap(({ids:e})=>n.map(t=>e[t]??"")).filter(Boolean)}function zn(i,{ids:n},e){return i.states[n[e]??""]}function tr(i,n){return n.connectors.filter(e=>zn(i,e,"status")?.state==="faulted").map(({device:e})=>e)}function zo(i,n,e){let[t,r,s]=["status","error","connected"].map(a=>zn(i,n,a)),o=(a,l,d=t)=>({name:n.name,level:a,text:l,since:d?.last_changed,entity:d?.entity_id});if(s?.state==="off")return o("warning","faults.not_connected",s);if(!A(t))return o("warning","faults.silent");if(t.state==="faulted"){let a=A(r)?i.formatEntityState(r):e.get(n.device);return{...o("error","faults.fault"),detail:a}}return t.state==="out_of_service"?o("warning","faults.out_of_service"):{...o("ok","faults.well"),detail:i.formatEntityState(t),since:void 0}}function Ro(i,n){let e=zn(i,n,"site_meter_lost"),t=e?.entity_id;return e?.state==="on"?{name:n.name,level:"error",text:"faults.meter_silent",since:e.last_changed,entity:t}:{name:n.name,level:"ok",text:"faults.meter_well",entity:t}}async function nr(i){let[{issues:n},e]=await Promise.all([i.callWS({type:"repairs/list_issues"}),i.loadBackendTranslation?.("issues","evse_ocpp")]);return n.filter(({domain:t,ignored:r})=>t==="evse_ocpp"&&!r).map(t=>{let r=`component.evse_ocpp.issues.${t.translation_key??t.issue_id}.title`,s=e?.(r,t.translation_placeholders??{})||t.issue_id;return{id:t.issue_id,title:s,severity:t.severity,created:t.created}}).sort((t,r)=>r.created.localeCompare(t.created))}var Co={error:"mdi:alert-circle",warning:"mdi:alert",ok:"mdi:check-circle"},mt=class extends F{constructor(){super(...arguments);this.ids=[];this.words=new Map;this.heard=new Map;this.repairs=new M(this);this.drawn=[]}shouldUpdate(e){let t=e.get("hass"),r=this.hass,s=[this.repairs.answer,this.repairs.error,...this.words.values()],o=s.length!==this.drawn.length||s.some((a,l)=>a!==this.drawn[l]);return this.drawn=s,o||t===void 0||r===void 0||e.size>1?!0:ut(r,t)||this.ids.some(a=>t.states[a]!==r.states[a])}willUpdate(){let{hass:e}=this;if(e===void 0)return;this.found=Be(e,this.config.devices),this.ids=er(this.found),this.hear(e,tr(e,this.found));let t=this.ids.map(r=>e.states[r]?.state);this.repairs.ask(JSON.stringify([e.language,t]),()=>nr(e))}hear(e,t){for(let r of this.heard.keys())t.includes(r)||this.unhear(r);for(let r of t){if(this.heard.has(r))continue;let s=zt(e,r,o=>{let a=o?.fault;!a||a===this.words.get(r)||(this.words.set(r,a),this.requestUpdate())});this.heard.set(r,s)}}unhear(e){this.heard.get(e)?.(),this.heard.delete(e),this.words.delete(e)}disconnectedCallback(){super.disconnectedCallback();for(let e of[...this.heard.keys()])this.unhear(e)}connectedCallback(){super.connectedCallback(),this.requestUpdate()}render(){let{hass:e,text:t}=this;if(e===void 0||this.found===void 0)return c`<ha-card></ha-card>`;let r=this.repairs.answer??[],s=Qi(e,this.found,this.words);return c`<ha-card>
<h2>${t("faults.now")}</h2>
${this.problems()}
${s.length===0?c`<p class="hint">${t("board.none")}</p>`:c`<ul>
${s.map(o=>this.trouble(e,o,t))}
</ul>`}
${r.length===0?u:c`<h3>${t("faults.repairs")}</h3>
<ul>
${r.map(o=>this.repair(e,o))}
</ul>`}
${r.length>0&&e.user?.is_admin?c`<a class="button" href="/config/repairs">${t("faults.open_repairs")}</a>`:u}
</ha-card>`}trouble(e,{name:t,level:r,text:s,detail:o,since:a,entity:l},d){let p=T(e,S(a),new Date),m=d(s,{detail:o??"",since:p}).replace(/[:\s–]+$/,"");return c`<li>
<button class="line" @click=${()=>l!==void 0&&Z(this,"hass-more-info",{entityId:l})} ?disabled=${l===void 0}>
<ha-icon class=${r} icon=${Co[r]}></ha-icon>
<span class="words"><bdi>${t}</bdi><span class="quiet">${m}</span></span>
</button>
</li>`}repair(e,{title:t,severity:r,created:s}){return c`<li class="line">
<ha-icon class=${r==="warning"?"warning":"error"} icon="mdi:wrench"></ha-icon>
<span class="words"><span>${t}</span><span class="quiet">${T(e,S(s),new Date)}</span></span>
</li>`}static{this.styles=[le,oi]}};h([b({attribute:!1,hasChanged:()=>!0})],mt.prototype,"hass",2);var K=["mon","tue","wed","thu","fri","sat","sun"],Cn="next",fe={kwh:{least:.5,most:200,step:1,usual:[10,20,30,50],sign:"kWh"},percent:{least:1,most:100,step:5,usual:[50,70,80,100],sign:"%"},km:{least:1,most:2e3,step:10,usual:[50,100,200,300],sign:"km"}},An=10,Ao=240,Ho=230;function ir(i,n){let e=k(i,n).slice(0,10);return{plan:null,amount:"20",unit:"kwh",once:!0,date:W(e,1),time:"07:00",weekdays:[],most_starts:"",precondition:"",enabled:!0}}function rr(i,n,e){let t=!Kt(i.ready_by),r=t?k(Date.parse(i.ready_by),e):"";return{plan:i.plan,amount:String(i.amount),unit:i.unit,once:t,date:t?r.slice(0,10):W(k(n,e).slice(0,10),1),time:t?r.slice(11):i.ready_by.slice(0,5),weekdays:[...i.weekdays],most_starts:i.most_starts==null?"":String(i.most_starts),precondition:i.precondition?String(i.precondition):"",enabled:i.enabled}}function Kt(i){return/^\d\d:/.test(i)}function re(i){let n=i.trim().replace(",",".");return/^[+-]?(\d+\.?\d*|\.\d+)$/.test(n)?Number(n):null}function qt(i,n,e){let t={},{least:r,most:s,sign:o}=fe[i.unit],a=Rn(i.amount,r,s,o);if(a&&(t.amount=a),i.most_starts!==""){let l=Rn(i.most_starts,1,An,"",!0);l&&(t.most_starts=l)}if(i.precondition!==""){let l=Rn(i.precondition,0,Ao,"min");l&&(t.precondition=l)}if(!/^\d\d:\d\d/.test(i.time))t.time={key:"goal.no_time",values:{}};else if(i.once){let l=J(`${i.date}T${i.time.slice(0,5)}`,e);!/^\d{4}-\d\d-\d\d$/.test(i.date)||Number.isNaN(l)?t.date={key:"goal.no_date",values:{}}:l<=n&&(t.date={key:"goal.past",values:{}})}return t}function Rn(i,n,e,t,r=!1){let s=re(i),o={least:n,most:e,sign:t};return s===null?{key:"goal.no_number",values:{came:i.trim()||"–",...o}}:s>=n&&s<=e&&(!r||Number.isInteger(s))?null:{key:"goal.outside",values:{came:`${i.trim()} ${t}`.trim(),...o}}}function sr(i,n){let e=i.time.slice(0,5),t={device_id:n,amount:re(i.amount),unit:i.unit,ready_by:i.once?`${i.date} ${e}`:e,precondition:re(i.precondition)??0,enabled:i.enabled};return i.plan!==null&&!Hn(i)&&(t.plan=i.plan),!i.once&&i.weekdays.length>0&&i.weekdays.length<7&&(t.weekdays=Oo(i.weekdays)),i.most_starts!==""&&(t.most_starts=re(i.most_starts)),t}function Hn(i){let n=i.unit==="kwh"&&i.once&&i.enabled&&!i.most_starts&&!i.precondition;return i.plan===Cn&&!n}function On(i,n){let e={device_id:n,plan:i.plan,amount:i.amount,unit:i.unit,ready_by:i.ready_by,precondition:i.precondition??0,enabled:i.enabled};return i.weekdays.length>0&&(e.weekdays=i.weekdays),i.most_starts!=null&&(e.most_starts=i.most_starts),e}function Oo(i){return K.filter(n=>i.includes(n))}function Vt(i,n,e){if(!Kt(i.ready_by)){let r=Date.parse(i.ready_by);return r>n?r:null}let t=k(n,e).slice(0,10);for(let r=0;r<9;r++){let s=W(t,r),o=K[(new Date(`${s}T00:00:00Z`).getUTCDay()+6)%7]??"";if(i.weekdays.length>0&&!i.weekdays.includes(o))continue;let a=J(`${s}T${i.ready_by.slice(0,5)}`,e);if(a>n)return a}return null}function or(i,n,e){let t=r=>Vt(r,n,e)??1/0;return[...i].sort((r,s)=>t(r)===t(s)?r.plan.localeCompare(s.plan):t(r)-t(s))}function Mo(i,n,e){let t=i.once?new Date(J(`${i.date}T${i.time.slice(0,5)}`,e)||0).toISOString():i.time;return Vt({plan:"",amount:0,unit:i.unit,ready_by:t,weekdays:i.weekdays,enabled:!0},n,e)}function Po(i,n,e){let t=i.maximum_a*i.phases*Ho/1e3;return Math.max(0,(e-n)/36e5*t)}function ar(i,n,e,t,r){let s=re(i.amount);if(s===null||Object.keys(qt(i,t,r)).length>0)return null;let o=Mo(i,t,r);if(i.unit==="kwh"&&n!==null&&o!==null){let a=Po(n,t,o);if(a>0&&a<s)return{key:"goal.too_much",most_kwh:a}}return i.unit==="percent"&&e!==null&&!e.soc_known?{key:"goal.no_soc"}:null}var Do={tells:"note",warns:"status",fails:"alert"};function C(i,n="tells",e=n==="fails"?"mdi:alert-circle-outline":"mdi:information-outline",t=u){return c`<div class="note ${n} ${t===u?"":"act"}" role=${Do[n]}>
<ha-icon icon=${e}></ha-icon>
<div>${i}</div>
${t}
</div>`}var Mn=3,No=Date.UTC(2024,0,1,12);function lr({locale:i,config:n}){return{locale:{...i,time_zone:"server"},config:n}}function Ve(i,n,e){return`${E(i.locale,n,1)} ${fe[e].sign}`}function Ye(i,n){return`${E(i.locale,n,1)} kWh`}function cr(i,n,e){let t=Ve(n,e.amount,e.unit);return e.unit==="percent"?i("plan.until_amount",{amount:t}):i("plan.add_amount",{amount:t})}function dr(i,n,e,t){if(!Kt(e.ready_by))return T(n,S(e.ready_by),t);let r=Lo(n,e.ready_by);return`${e.weekdays.length===0||e.weekdays.length===7?i("plan.every_day"):Uo(n,e.weekdays)} ${r}`}function Lo(i,n){let e=new Date(`2024-01-01T${n.slice(0,5)}:00Z`);if(Number.isNaN(e.getTime()))return n;let t={locale:{...i.locale,time_zone:"server"},config:{...i.config,time_zone:"UTC"}};return T(t,e,e)}function Yt(i,n){let e=new Date(n);return T(i,e,e)}function ur(i,n){return Yt(i,n).replace(/^(\d+):00(\s?[ap]\.?\s?m\.?)$/i,"$1$2")}function ht(i,n,e,t){return`${T(i,new Date(n),t)}–${Yt(i,e)}`}function pr(i,n,e){let t=[];for(let o of n){let[a,l]=[Date.parse(o.start),Date.parse(o.end)];if(!(l>e.getTime())||!(o.power_w>0))continue;let d=t.at(-1);d&&a<=d[1]?d[1]=Math.max(d[1],l):t.push([a,l])}let r=o=>k(o,i.config.time_zone).slice(0,10),s=t.slice(0,Mn).map(([o,a],l)=>{let d=t[l-1],p=d!==void 0&&r(d[0])===r(o);return ht(i,o,a,p?new Date(o):e)});return t.length>Mn&&s.push(`+${t.length-Mn}`),s.join(", ")}function Ze(i,n,e="short"){let t=No+K.indexOf(n)*864e5;return new Intl.DateTimeFormat(i.locale.language,{weekday:e,timeZone:"UTC"}).format(t)}function Uo(i,n){let e=K.filter(s=>n.includes(s)),t=[];for(let s of e){let o=t.at(-1);o&&K.indexOf(o.at(-1)??"")===K.indexOf(s)-1?o.push(s):t.push([s])}let r=s=>Ze(i,s??"");return t.map(s=>s.length<3?s.map(r).join(", "):`${r(s[0])}–${r(s.at(-1))}`).join(", ")}var Fo=["kwh","percent","km"],D=class extends x{constructor(){super(...arguments);this.snapshot=null;this.detail=null;this.goal=null;this.busy=!1;this.error=null;this.left=new Set}willUpdate(e){if(!this.clock||this.form&&!e.has("goal"))return;let t=this.clock.config.time_zone;this.form=this.goal?rr(this.goal,Date.now(),t):ir(Date.now(),t),this.left=new Set}firstUpdated(){this.renderRoot.querySelector("h3")?.focus()}render(){let{clock:e,words:t,form:r}=this;if(!e||!t||!r)return u;let s=qt(r,Date.now(),e.config.time_zone),o=Object.fromEntries(Object.entries(s).filter(([a])=>this.left.has(a)));return c`<form novalidate @submit=${this.save} @keydown=${this.escape} aria-labelledby="title">
<h3 id="title" tabindex="-1">${t(this.goal?"goal.change":"goal.new")}</h3>
${this.amount(r,o,e,t)} ${this.when(r,o,e,t)}
${this.details(r,o,t)} ${this.said(r,e,t)}
${this.error===null?u:C(this.error||t("act.failed"),"fails")}
<div class="ends">
<button type="button" @click=${()=>Z(this,"goal-cancel")}>${t("goal.cancel")}</button>
<button class="main" ?disabled=${this.busy}>${t("goal.save")}</button>
</div>
</form>`}amount(e,t,r,s){let{usual:o,step:a}=fe[e.unit];return c`<fieldset>
<legend>${s("goal.amount")}</legend>
${this.choice("unit",s("goal.unit"),Fo,e.unit,l=>s(`goal.${l}`),l=>{let d=fe[l].usual[1]??1;this.put({unit:l,amount:String(d)},"amount")})}
<div class="amount">
<button type="button" class="turn" aria-label=${s("goal.less")} @click=${()=>this.turn(-a)}>
<ha-icon icon="mdi:minus"></ha-icon>
</button>
<label class="number">
<span class="hidden">${s("goal.amount")}</span>
<input
class="big"
inputmode="decimal"
autocomplete="off"
.value=${e.amount}
aria-invalid=${t.amount!==void 0}
aria-describedby="amount-wrong"
@input=${l=>this.put({amount:ft(l)})}
@change=${()=>this.leave("amount")}
/>
<span class="sign" aria-hidden="true">${fe[e.unit].sign}</span>
</label>
<button type="button" class="turn" aria-label=${s("goal.more")} @click=${()=>this.turn(a)}>
<ha-icon icon="mdi:plus"></ha-icon>
</button>
</div>
<div class="usual">
${o.map(l=>c`<button
type="button"
class=${re(e.amount)===l?"main":""}
aria-pressed=${re(e.amount)===l}
@click=${()=>this.put({amount:String(l)},"amount")}
>
${Ve(r,l,e.unit)}
</button>`)}
</div>
${this.wrong("amount",t.amount,s)}
</fieldset>`}when(e,t,r,s){return c`<fieldset>
<legend>${s("goal.when")}</legend>
${this.choice("once",s("goal.when"),["once","repeats"],e.once?"once":"repeats",o=>s(`goal.${o}`),o=>this.put({once:o==="once"}))}
${e.once?this.day(e,t,r,s):this.days(e,r,s)}
<label class="row">
<span>${s("goal.time")}</span>
<input
type="time"
required
.value=${e.time}
aria-invalid=${t.time!==void 0}
aria-describedby="time-wrong"
@input=${o=>this.put({time:ft(o)})}
@change=${()=>this.leave("time","date")}
/>
</label>
${this.wrong("time",t.time,s)}
</fieldset>`}day(e,t,r,s){let o=k(Date.now(),r.config.time_zone).slice(0,10),a=[["goal.today",o],["goal.tomorrow",W(o,1)]];return c`<div class="usual">
${a.map(([l,d])=>c`<button
type="button"
class=${e.date===d?"main":""}
aria-pressed=${e.date===d}
@click=${()=>this.put({date:d},"date")}
>
${s(l)}
</button>`)}
</div>
<label class="row">
<span>${s("goal.date")}</span>
<input
type="date"
required
min=${o}
.value=${e.date}
aria-invalid=${t.date!==void 0}
aria-describedby="date-wrong"
@input=${l=>this.put({date:ft(l)})}
@change=${()=>this.leave("date")}
/>
</label>
${this.wrong("date",t.date,s)}`}days(e,t,r){return c`<div class="days" role="group" aria-label=${r("goal.weekdays")}>
${K.map(s=>c`<label>
<input
class="hidden"
type="checkbox"
.checked=${e.weekdays.includes(s)}
aria-label=${Ze(t,s,"long")}
@change=${o=>{let a=e.weekdays.filter(l=>l!==s);this.put({weekdays:o.target.checked?[...a,s]:a})}}
/><span aria-hidden="true">${Ze(t,s,"narrow")}</span>
</label>`)}
</div>
<p class="help">${e.weekdays.length===0?r("goal.all_days"):c`&nbsp;`}</p>`}details(e,t,r){return c`<details ?open=${e.most_starts!==""||e.precondition!==""}>
<summary>${r("goal.details")}</summary>
<label class="row">
<span>${r("goal.starts")}<small>${r("goal.starts_help")}</small></span>
<select
.value=${e.most_starts}
@change=${s=>this.put({most_starts:ft(s)},"most_starts")}
>
<option value="" ?selected=${e.most_starts===""}>${r("goal.any_starts")}</option>
${Array.from({length:An},(s,o)=>String(o+1)).map(s=>c`<option value=${s} ?selected=${e.most_starts===s}>${s}</option>`)}
</select>
</label>
${this.wrong("most_starts",t.most_starts,r)}
<label class="row">
<span>${r("goal.precondition")}<small>${r("goal.precondition_help")}</small></span>
<input
inputmode="numeric"
autocomplete="off"
placeholder="0"
.value=${e.precondition}
aria-invalid=${t.precondition!==void 0}
aria-describedby="precondition-wrong"
@input=${s=>this.put({precondition:ft(s)})}
@change=${()=>this.leave("precondition")}
/>
</label>
${this.wrong("precondition",t.precondition,r)}
</details>`}said(e,t,r){let s=ar(e,this.snapshot,this.detail,Date.now(),t.config.time_zone),o=s?.most_kwh===void 0?"":Ye(t,Math.floor(s.most_kwh*10)/10);return s?C(r(s.key,{most:o}),"warns"):u}choice(e,t,r,s,o,a){return c`<div class="choice" role="radiogroup" aria-label=${t}>
${r.map(l=>c`<label>
<input
class="hidden"
type="radio"
name=${e}
.checked=${l===s}
@change=${()=>a(l)}
/><span>${o(l)}</span>
</label>`)}
</div>`}wrong(e,t,r){let s=t?c`<ha-icon icon="mdi:alert-circle"></ha-icon>${r(t.key,t.values)}`:u;return c`<p class="wrong" id="${e}-wrong">${s}</p>`}put(e,...t){this.form&&(this.form={...this.form,...e}),t.length>0&&this.leave(...t)}leave(...e){this.left=new Set([...this.left,...e])}turn(e){if(!this.form)return;let{least:t,most:r,step:s}=fe[this.form.unit],o=re(this.form.amount)??t,a=e>0?Math.floor(o/s+1)*s:Math.ceil(o/s-1)*s;this.put({amount:String(Math.min(r,Math.max(t,a)))},"amount")}escape(e){e.key==="Escape"&&(e.stopPropagation(),Z(this,"goal-cancel"))}save(e){if(e.preventDefault(),!this.form||!this.clock||this.busy)return;if(Object.keys(qt(this.form,Date.now(),this.clock.config.time_zone)).length===0){Z(this,"goal-save",this.form);return}this.leave("amount","date","time","most_starts","precondition"),this.updateComplete.then(()=>{let r=this.renderRoot.querySelector('[aria-invalid="true"]');r?.closest("details")?.setAttribute("open",""),r?.focus()})}static{this.styles=ai}};h([b({attribute:!1})],D.prototype,"clock",2),h([b({attribute:!1})],D.prototype,"words",2),h([b({attribute:!1})],D.prototype,"snapshot",2),h([b({attribute:!1})],D.prototype,"detail",2),h([b({attribute:!1})],D.prototype,"goal",2),h([b({type:Boolean})],D.prototype,"busy",2),h([b({attribute:!1})],D.prototype,"error",2),h([y()],D.prototype,"form",2),h([y()],D.prototype,"left",2);function ft(i){return i.target.value}function Pn(i,n){let e=document.createElement("a");e.href=i.hassUrl?.(n)??n,e.download="",e.target="_blank",e.rel="noopener",document.body.append(e),e.click(),e.remove()}async function Dn(i,n,e){let t=await i.callService("evse_ocpp",n,e,void 0,!1,!0);if(t.response===void 0)throw new Error(`evse_ocpp.${n}: –`);return t.response}async function mr(i,n,e,t){for(let r of n){let s={...e,format:t,config_entry_id:r,language:Nn(i)};Pn(i,(await Dn(i,"export_sessions",s)).url)}}var jo=["en","it","de","es","fr"];function Nn(i){return jo.find(n=>n===i.language.split("-",1)[0])}var gt="nobody";function Zt(i,n,e,t=0){return i.callWS({type:"evse_ocpp/sessions",...n,limit:e,offset:t})}function hr(i){return i.callWS({type:"evse_ocpp/list"})}function ze(i){return i===void 0?{}:i.startsWith("person:")?{person:i.slice(7)}:i.startsWith("card:")?{id_tag:i.slice(5)}:null}function fr(i,n=[]){let e=i.wallboxes.filter(({connectors:t})=>n.length===0||t.some(({device_id:r})=>n.includes(r)));return[...new Set(e.map(({entry_id:t})=>t))]}function gr(i,n){return i.person??i.card??n("owner.nobody")}function Jt(i,n){let e=Object.entries(n??{});return e.length===0?H:e.map(([t,r])=>R(i,r,t)).join(" + ")}function br(i,n){if(!n.startsWith("person:"))return null;let e=i.states[n.slice(7)]?.attributes.entity_picture;return typeof e=="string"&&e!==""?i.hassUrl?.(e)??e:null}function yr(i){return i===gt?"mdi:ev-plug-type2":i.startsWith("person:")?"mdi:account":"mdi:card-account-details-outline"}async function vr(i,n,e){let t=Io(i,n,e);return(await Dn(i,"export_statement",t)).statements}function Io(i,n,e){let t=ze(n.owner)??{},r={month:n.month,format:e,language:Nn(i),device_id:n.devices,...t};return Object.fromEntries(Object.entries(r).filter(([,s])=>s!==void 0))}var Wo=24,Je=class extends F{constructor(){super(...arguments);this.month="";this.told=new M(this);this.written=[];this.doing=new Y(this)}willUpdate(){let{hass:e}=this;if(e===void 0)return;let t=e.config.time_zone;this.month===""&&(this.month=jt(Date.now(),t));let{start:r,end:s}=Ft(this.month,t),o={start:We(r),end:We(s),device_ids:this.config.devices};this.told.ask(JSON.stringify([o,e.language]),()=>Zt(e,o,1))}render(){let{hass:e,text:t}=this;if(e===void 0)return c`<ha-card></ha-card>`;let r=this.told.answer;return c`<ha-card>
<h2 class="hidden">${t("board.months")}</h2>
${this.problems()} ${this.chooser(e,t)} ${this.sums(e,r,t)}
${this.failure(this.told.error,this.doing.error)}
<div class="lists ${this.told.busy?"busy":""}" aria-busy=${this.told.busy}>
${r===null?u:r.count===0?c`<p class="hint">${t("month.none")}</p>`:this.lists(e,r,t)}
</div>
</ha-card>`}chooser(e,t){let r=jt(Date.now(),e.config.time_zone),s=Array.from({length:Wo},(d,p)=>Ee(r,-p));s.includes(this.month)||s.push(this.month);let o=new Intl.DateTimeFormat(e.locale.language,{month:"long",year:"numeric",timeZone:"UTC"}),a=s.map(d=>[d,o.format(Date.parse(`${d}-15T12:00Z`))]),l=(d,p,m,f)=>c`<button
class="round"
aria-label=${p}
title=${p}
?disabled=${!f}
@click=${()=>this.show(Ee(this.month,m))}
>
<ha-icon icon=${d}></ha-icon>
</button>`;return c`<div class="top chooser">
${l("mdi:chevron-left",t("month.before"),-1,!0)}
${Oe(t("month.month"),a,this.month,d=>this.show(d))}
${l("mdi:chevron-right",t("month.after"),1,this.month<r)}
</div>`}show(e){this.month=e,this.written=[]}sums(e,t,r){let[s,o]=z(e.locale,t?.energy_wh);return $e([[r("sum.energy"),s,o],[r("sum.cost"),Jt(e.locale,t?.cost)],[r("sum.sun"),t===null?"–":pt(e.locale,t.energy_wh,t.sun_wh)]])}lists(e,t,r){let s=Math.max(...t.owners.map(({energy_wh:o})=>o),1);return c`
<section>
<h2 class="small">${r("month.by_owner")}</h2>
<ul>
${t.owners.map(o=>{let a=o.name||r("owner.nobody");return c`<li>
${this.face(e,o.owner)} ${this.sum(e,o,a,s,r)}
${ze(o.owner)===null?c`<span class="documents"></span>`:this.documents(o.owner,a,r)}
</li>`})}
</ul>
<div class="row all"><span class="quiet">${r("month.all_statements")}</span>${this.documents(void 0,r("month.everybody"),r)}</div>
${this.links(e,r)}
</section>
${t.wallboxes.length>1?c`<section>
<h2 class="small">${r("month.by_wallbox")}</h2>
<ul>
${t.wallboxes.map(o=>c`<li>
<span class="face"><ha-icon icon="mdi:ev-station"></ha-icon></span>
${this.sum(e,o,o.name,Math.max(...t.wallboxes.map(({energy_wh:a})=>a),1),r)}
</li>`)}
</ul>
</section>`:u}
`}face(e,t){let r=br(e,t);return r!==null?c`<img class="face" src=${r} alt="" loading="lazy" />`:c`<span class="face"><ha-icon icon=${yr(t)}></ha-icon></span>`}sum(e,t,r,s,o){let a=pt(e.locale,t.energy_wh,t.sun_wh),l=o(t.sessions===1?"month.session":"month.sessions",{count:t.sessions});return c`<div class="sum">
<div class="names"><bdi>${r}</bdi><span>${z(e.locale,t.energy_wh).join(" ")}</span></div>
${Gt(It(t),e.locale,o,t.energy_wh/s)}
<div class="names quiet">
<span>${l}${t.sun_wh===null?u:` · ${o("month.sun",{share:a})}`}</span>
<span>${R(e.locale,t.cost,t.currency)}</span>
</div>
</div>`}documents(e,t,r){return c`<span class="documents">
${["pdf","csv"].map(s=>{let o=r("month.statement",{name:t,format:s.toUpperCase()});return c`<button
aria-label=${o}
title=${o}
?disabled=${this.doing.busy!==null}
@click=${()=>this.download(e,s)}
>
${s.toUpperCase()}
</button>`})}
</span>`}download(e,t){let{hass:r,month:s}=this;r!==void 0&&this.doing.run(t,async()=>{let o=await vr(r,{month:s,owner:e,devices:this.config.devices},t);this.written=o.length>1?o:[],o.length===1&&o[0]&&Pn(r,o[0].url)})}links(e,t){return this.written.length===0?u:c`<div class="hint" role="status">
${t("month.written")}
<div class="links">
${this.written.map(({name:r,format:s,url:o})=>c`<a class="button" href=${e.hassUrl?.(o)??o} download target="_blank" rel="noopener">
<ha-icon icon="mdi:download"></ha-icon><bdi>${r}</bdi> ${s.toUpperCase()}
</a>`)}
</div>
</div>`}static{this.styles=[le,Me,ci]}};h([y()],Je.prototype,"month",2),h([y()],Je.prototype,"written",2);function Xt(i){let n=_(he());return{schema:[{name:i,selector:{device:{filter:[{integration:P}]}}},{name:"name",selector:{text:{}}}],computeLabel:({name:e})=>n(e==="name"?"editor.name":i==="site"?"phases.site":"editor.device")}}function xr(i,n){let e=i.sites.filter(s=>n===void 0||s.device_id===n),[t]=e;if(t===void 0)return{of:"nothing",why:n===void 0?"none":"gone",houses:[]};if(e.length>1)return{of:"nothing",why:"choose",houses:e.map(o=>({id:o.device_id??"",name:o.name})).filter(o=>o.id!=="")};let r=i.wallboxes.filter(s=>s.entry_id===t.entry_id&&s.site_id===t.site_id).flatMap(s=>s.connectors)[0]?.device_id;return r===void 0?{of:"nothing",why:"empty",houses:[]}:{of:"house",name:t.name,follow:r}}var Re=class extends x{constructor(){super(...arguments);this.config=ne({});this.asking=new M(this);this.following=new ue(this);this.choice=null}static{this.getStubConfig=()=>({})}static{this.getConfigForm=()=>Xt("site")}setConfig(e){let t=ne(e),r=e?.site??void 0,s=[...t.problems];r!==void 0&&typeof r!="string"&&s.push({field:"site",came:j(r),allowed:"problem.text"}),this.config={device:t.device,name:t.name,problems:s,site:typeof r=="string"&&r||void 0}}getCardSize(){return 4}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}willUpdate(){let{hass:e,config:t}=this;if(!e)return;let r=t.device??this.chosen??t.site;if(r!==void 0&&I(e).includes(r))this.choice={of:"house",name:"",follow:r};else{let s={type:"evse_ocpp/list"};this.asking.ask(`list ${t.site}`,()=>e.callWS(s)),this.choice=this.asking.answer&&xr(this.asking.answer,r)}this.following.of(e,this.choice?.of==="house"?this.choice.follow:void 0)}render(){let{hass:e,config:t,choice:r}=this;if(!e)return u;let s=_(e.language),o=t.problems.map(d=>O(je(d,s)));if(r?.of==="nothing"||r===null&&this.asking.error!==null)return c`<ha-card><div class="bare">${o}${this.nothing(r,s)}</div></ha-card>`;let{snapshot:a}=this.following,l=t.name??(a?.site?.name||t.site&&L(e,t.site)||s("phases.title"));return c`<ha-card>
<div class="full">
${o}
<h2><bdi>${l}</bdi></h2>
<evse-ocpp-phases .hass=${e} .snapshot=${a}></evse-ocpp-phases>
</div>
</ha-card>`}nothing(e,t){let s={level:"info",icon:"mdi:home-lightning-bolt-outline",link:{path:_e,text:t("hint.open_integration")}};if(e===null||e.of==="house"){let o=this.asking.error??void 0;return O({...s,level:"warning",title:t("hint.not_loaded"),text:o})}switch(e.why){case"choose":return O({...s,link:void 0,title:t("phases.choose"),buttons:e.houses.map(({id:o,name:a})=>({text:a||o,press:()=>this.chosen=o}))});case"gone":return O({...s,level:"warning",title:t("phases.gone"),text:t("phases.gone_text")});case"empty":return O({...s,title:t("phases.empty"),text:t("phases.empty_text")});default:return O({...s,title:t("phases.none"),text:t("phases.none_text")})}}static{this.styles=Pe}};h([b({attribute:!1,hasChanged:ut})],Re.prototype,"hass",2),h([y()],Re.prototype,"config",2),h([y()],Re.prototype,"chosen",2);function wr(i){let n=i.fuse_a.map((s,o)=>Ln(i.grid_a[o])),e=Math.max(1,...i.fuse_a.map((s,o)=>Math.max(s*1.1,n[o]??0,Ln(i.cars_a[o])??0))),t=Math.min(0,...n.map(s=>s??0)),r=s=>s/(e-t)*100;return i.fuse_a.map((s,o)=>{let a=i.meter_lost?null:n[o]??null,l=Ln(i.cars_a[o]),d=Math.max(0,a??l??0),p=Math.min(d,Math.max(0,l??0));return{name:`L${o+1}`,fuse_a:s,grid_a:a,cars_a:l,room_a:a===null?null:s-a,state:Go(a,s),zero:r(0-t),house:r(d-p),cars:r(p),export:r(Math.max(0,-(a??0))),fuse:r(s-t)}})}function Go(i,n){return i===null?"silent":i>n?"over":i>=n*.9?"nearly":i<0?"exports":"calm"}function Ln(i){return typeof i=="number"&&Number.isFinite(i)?i:null}var Xe=class extends x{constructor(){super(...arguments);this.snapshot=null}shouldUpdate(e){let t=e.get("hass"),r=!t||t.language!==this.hass?.language||t.locale!==this.hass.locale,s=JSON.stringify(this.snapshot&&[this.snapshot.loaded,this.snapshot.site]),o=s!==this.shown;return this.shown=s,o||e.has("words")||e.has("hass")&&r}willUpdate(){this.hass&&(this.words=_(this.hass.language))}render(){let{hass:e,words:t,snapshot:r}=this;if(!e||!t)return u;if(r===null)return c`<div class="loading" role="status"><span class="hidden">${t("phases.loading")}</span></div>`;let{site:s}=r;if(r.loaded===!1)return C(t("hint.not_loaded_text"),"warns","mdi:puzzle-remove-outline");if(s===null)return C(t("phases.no_site"),"tells","mdi:home-lightning-bolt-outline");let o=wr(s);return c`
${s.meter_lost?C(t("phases.meter_lost"),"warns","mdi:meter-electric-outline"):u}
<div class="bars">${o.map(a=>this.bar(a,t,e.locale,o.length))}</div>
${this.legend(s,o,t,e.locale)}
${s.has_meter!==!1?u:c`<p>${t("phases.no_meter")}</p>`}
${s.sum_only?c`<p>${t("phases.sum_only")}</p>`:u}
`}bar(e,t,r,s){let o=s===1?t("phases.fuse"):e.name,a=this.told(e,t,r),l=e.grid_a===null?"–":E(r,e.grid_a,1,!0);return c`<div class="phase ${e.state}">
<span class="name">${o}</span>
<div
class="track"
dir="ltr"
role="meter"
aria-label=${o}
aria-valuemin=${Math.min(0,Math.floor(e.grid_a??0))}
aria-valuemax=${Math.max(e.fuse_a,Math.ceil(e.grid_a??0))}
aria-valuenow=${e.grid_a??0}
aria-valuetext="${l} A ${t("phases.of_fuse",{fuse:B(r,e.fuse_a)})}, ${a.join(", ")}"
>
<i class="export" style="right:${100-e.zero}%;width:${e.export}%"></i>
<i class="house" style="left:${e.zero}%;width:${e.house}%"></i>
<i class="cars ${e.house>0?"":"alone"}" style="left:${e.zero+e.house}%;width:${e.cars}%"></i>
${e.zero>0?c`<i class="zero" style="left:${e.zero}%"></i>`:u}
<i class="fuse" style="left:${e.fuse}%"></i>
</div>
<span class="value" aria-hidden="true"
><bdi><strong>${l}</strong> A</bdi> <small>${t("phases.of_fuse",{fuse:E(r,e.fuse_a,1)})}</small></span
>
<span class="told" aria-hidden="true">
${e.state==="over"||e.state==="nearly"?c`<ha-icon icon="mdi:alert"></ha-icon>`:u}
${a.join(" · ")}
</span>
</div>`}told(e,t,r){let s=e.cars_a===null||e.cars_a<=0?[]:[t("phases.of_cars",{cars:B(r,e.cars_a)})];return e.grid_a===null||e.room_a===null?[t("phases.unknown"),...s]:e.state==="over"?[t("phases.over",{over:B(r,-e.room_a)}),...s]:e.state==="exports"?[t("phases.exports",{export:B(r,-e.grid_a)}),...s]:[t("phases.room",{room:B(r,e.room_a)}),...s]}legend(e,t,r,s){let o=t.some(l=>l.export>0),a=e.surplus_w;return c`<div class="legend">
${e.has_meter!==!1?c`<span><i class="house"></i>${r("phases.house")}</span>`:u}
<span><i class="cars"></i>${r("phases.cars")}</span>
${o?c`<span><i class="export"></i>${r("phases.export")}</span>`:u}
<span class="facts">
${a!==null&&a>0?c`<span>${r("phases.surplus")} <strong>${G(s,a).join(" ")}</strong></span>`:u}
${e.price===null?u:c`<span>${r("phases.price")} <strong>${E(s,e.price,3)} ${e.currency}/kWh</strong></span>`}
</span>
</div>`}static{this.styles=[ce,di]}};h([b({attribute:!1})],Xe.prototype,"hass",2),h([b({attribute:!1})],Xe.prototype,"snapshot",2);var Ce=class extends x{constructor(){super(...arguments);this.config=ne({});this.following=new ue(this)}static{this.getStubConfig=Lt}static{this.getConfigForm=()=>Xt("device")}setConfig(e){this.config=ne(e)}getCardSize(){return 8}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}willUpdate(e){let{hass:t}=this;if(!t)return;let r=e.get("hass"),s=r?.devices!==t.devices||r?.entities!==t.entities;(!this.found||s||e.has("config")||e.has("chosen"))&&(this.found=Mt(t,{...this.config,entities:void 0},this.chosen)),this.following.of(t,this.found.of==="device"?this.found.device:void 0)}render(){let{hass:e,config:t,found:r}=this;if(!e||!r)return u;let s=_(e.language),o=t.problems.map(a=>O(je(a,s)));if(r.of!=="device"){let a=r.of==="nothing"?O(Ht(r,s,l=>this.chosen=l)):u;return c`<ha-card><div class="bare">${o}${a}</div></ha-card>`}return c`<ha-card>
<div class="full">
${o}
<h2><bdi>${t.name??(L(e,r.device)||s("card.name"))}</bdi></h2>
<evse-ocpp-plan
.hass=${e}
.snapshot=${this.following.snapshot}
.deviceId=${r.device}
></evse-ocpp-plan>
</div>
</ha-card>`}static{this.styles=[Pe,v`.full{min-block-size:468px;box-sizing:border-box}`]}};h([b({attribute:!1})],Ce.prototype,"hass",2),h([y()],Ce.prototype,"config",2),h([y()],Ce.prototype,"chosen",2);var Qe=36e5,bt=Qe/4,Bo=12*Qe,Ko=48*Qe,qo=55;function kr(i,n,e){let t=$r(i.prices,n),r=$r(i.sun,n),s=Yo(i.planned?.slots??[],n);if(t.length===0&&r.length===0&&s.length===0)return null;let o=i.planned?Date.parse(i.planned.due):NaN,a=Math.floor(n/bt)*bt,l=[...t,...s].map(w=>w.end);o>n&&l.push(o+Qe);let d=l.length>0?Math.max(...l):a+24*Qe,p=a+Math.min(Ko,Math.max(Bo,d-a)),m=w=>(Er(w,a,p)-a)/(p-a)*100,f=Zo(t,r,s,a,p),g=Jo(f),$=Math.max(0,...f.map(w=>w.sun_w??0)),N=Math.max(1,...s.map(w=>w.power_w));return{from:a,to:p,stretches:f,prices:_r(f,m,w=>w.price===null?null:g.y(w.price),g.zero),planned:_r(f,m,w=>w.price===null||w.power_w===null?null:g.y(w.price),g.zero).area,sun:$>0?ea(r,m,w=>100-w/$*qo,a,p):null,zero:g.zero,levels:g.levels,digits:g.digits,hours:ta(a,p,e,m),runs:Qo(s,N,p,m),now:m(n),due:o>a&&o<=p?m(o):null}}function Sr(i,n){let e=i.from+(i.to-i.from)*n/100;return i.stretches.findIndex(t=>t.start<=e&&e<t.end)}function Tr(i){let n=[];for(let e of i.stretches){let t=n.at(-1);t&&t.end===e.start&&t.price===e.price&&t.power_w===e.power_w?(t.end=e.end,t.sun_w=Vo(t.sun_w,e.sun_w),t.cost!==null&&e.cost!==null&&(t.cost+=e.cost)):n.push({...e})}return n}function Vo(i,n){return i===null||n===null?i??n:(i+n)/2}function $r(i,n){return i.map(e=>({start:Date.parse(e.start),end:Date.parse(e.end),value:e.value})).filter(e=>e.end>e.start&&e.end>n&&Number.isFinite(e.value)).sort((e,t)=>e.start-t.start)}function Yo(i,n){return i.map(e=>({start:Date.parse(e.start),end:Date.parse(e.end),power_w:e.power_w,from_sun_w:e.from_sun_w??0,cost:e.cost})).filter(e=>e.end>e.start&&e.end>n&&e.power_w>0)}function Zo(i,n,e,t,r){let s=new Set([t,r]);for(let l of[...i,...n,...e])for(let d of[l.start,l.end])d>t&&d<r&&s.add(d);let o=[...s].sort((l,d)=>l-d),a=[];return o.slice(0,-1).forEach((l,d)=>{let p=o[d+1]??r,m=g=>g.start<=l&&l<g.end,f=e.find(m);a.push({start:l,end:p,price:i.find(m)?.value??null,sun_w:n.find(m)?.value??null,power_w:f?.power_w??null,from_sun_w:f?.from_sun_w??0,cost:f==null||f.cost===null?null:f.cost*(p-l)/(f.end-f.start)})}),a}function Jo(i){let n=i.map(p=>p.price).filter(p=>p!==null),e=Math.min(0,...n),t=Math.max(0,...n),r=Xo((t-e||1)/3),s=Math.floor(e/r+1e-9)*r,o=Math.max(s+r,Math.ceil(t/r-1e-9)*r),a=p=>(o-p)/(o-s)*100,l=n.length===0?0:Math.round((o-s)/r),d=Array.from({length:l+1},(p,m)=>s+m*r);return{y:a,zero:a(0),levels:n.length===0?[]:d.map(p=>({value:Math.abs(p)<r/2?0:p,y:a(p)})),digits:Math.min(4,Math.max(0,-Math.floor(Math.log10(r)+1e-9)))}}function Xo(i){let n=10**Math.floor(Math.log10(i));return([1,2,5,10].find(e=>e*n>=i*.999)??10)*n}function _r(i,n,e,t){let r=[],s=[],o=!1;return i.forEach((a,l)=>{let d=e(a);if(d===null)return;let[p,m,f]=[q(n(a.start)),q(n(a.end)),q(d)];o?s.push(`V${f}`):(r.push(`M${p} ${q(t)}`),s.push(`M${p} ${f}`)),r.push(`L${p} ${f}H${m}`),s.push(`H${m}`);let g=i[l+1];o=g!==void 0&&e(g)!==null,o||r.push(`V${q(t)}Z`)}),{area:r.join(""),edge:s.join("")}}function Qo(i,n,e,t){let r=[];for(let s of i.filter(o=>o.start<e)){let o=r.at(-1),a=o&&o.power_w===s.power_w&&o.from_sun_w===s.from_sun_w;o&&a&&o.end===s.start?o.end=s.end:r.push({...s})}return r.map(s=>({x:q(t(s.start)),width:q(t(s.end)-t(s.start)),power:s.power_w/n,sun:Er(s.from_sun_w/s.power_w,0,1)}))}function ea(i,n,e,t,r){let s=i.filter(p=>p.start<r&&p.end>t),o=[],a=[],l=[],d=p=>{let[m,f]=[l[0],p??l.at(-1)];if(m&&f&&l.some(g=>g.value>0)){let g=[...l,...p?[p]:[]].map($=>`${q(n(Un($)))} ${q(e(Math.max(0,$.value)))}`);a.push(`M${g.join("L")}`),o.push(`M${q(n(Un(m)))} 100L${g.join("L")}L${q(n(Un(f)))} 100Z`)}l=p?[p]:[]};for(let p of s)p.value>0?l.push(p):l.some(m=>m.value>0)?d(p):l=[p];return d(),{area:o.join(""),edge:a.join("")}}function Un(i){return(i.start+i.end)/2}function ta(i,n,e,t){let r=n-i<=15*Qe?3:6,s=[];for(let o=Math.ceil(i/bt)*bt;o<=n;o+=bt){let a=k(o,e),l=Number(a.slice(11,13));a.endsWith(":00")&&l%r===0&&s.push({at:o,x:t(o),midnight:l===0})}return s}function Er(i,n,e){return Math.min(e,Math.max(n,i))}function q(i){return Math.round(i*100)/100}var X=class extends x{constructor(){super(...arguments);this.now=0;this.looked=-1;this.asTable=!1;this.drawn=null}willUpdate(e){!this.detail||!this.clock||(e.has("detail")||e.has("now")||e.has("clock"))&&(this.drawn=kr(this.detail,this.now,this.clock.config.time_zone),this.looked>=(this.drawn?.stretches.length??0)&&(this.looked=-1))}render(){let{drawn:e,clock:t,words:r}=this;return!e||!t||!r?u:c`
<div class="top">
<div class="read" aria-hidden="true">${this.readout(e,t,r)}</div>
<button
class="sign"
aria-expanded=${this.asTable}
aria-label=${r("chart.table")}
title=${r("chart.table")}
@click=${()=>{this.asTable=!this.asTable}}
>
<ha-icon icon=${this.asTable?"mdi:table-large-remove":"mdi:table-large"}></ha-icon>
</button>
</div>
<div class="plot" dir="ltr">
<div
class="field"
role="slider"
tabindex="0"
aria-label=${`${r("chart.label")}. ${r("chart.help")}`}
aria-valuemin="0"
aria-valuemax=${e.stretches.length-1}
aria-valuenow=${Math.max(0,this.looked)}
aria-valuetext=${this.spoken(e,t,r)}
@pointermove=${this.point}
@pointerdown=${this.point}
@pointerleave=${this.leave}
@keydown=${this.step}
@blur=${this.leave}
>
${e.levels.map(s=>c`<span class="level" style="top:${s.y}%"
>${E(t.locale,s.value,e.digits,!0)}</span
>`)}
${this.picture(e)} ${this.marks(e,t,r)}
</div>
<div class="strip">
${e.runs.map(s=>c`<i
style="left:${s.x}%;width:${s.width}%;--sun:${s.sun*100}%;opacity:${.55+.45*s.power}"
></i>`)}
</div>
<div class="hours">
${e.hours.map(s=>c`<span style="left:${s.x}%" class=${s.midnight?"day":""}
>${s.midnight?this.weekday(s.at,t):ur(t,s.at)}</span
>`)}
</div>
</div>
<div class="legend">
${e.prices.edge?c`<span><i class="price"></i>${r("chart.price")}</span>`:u}
${e.runs.length>0?c`<span><i class="charging"></i>${r("chart.charging")}</span>`:u}
${e.sun?c`<span><i class="sun"></i>${r("chart.sun")}</span>`:u}
</div>
${this.asTable?this.table(e,t,r):u}
`}picture(e){let t=e.stretches[this.looked],r=s=>(s-e.from)/(e.to-e.from)*100;return c`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
${e.levels.map(s=>ae`<line class="grid" x1="0" x2="100" y1=${s.y} y2=${s.y} />`)}
<path class="price-area" d=${e.prices.area} />
<path class="planned" d=${e.planned} />
${e.sun?ae`<path class="sun-area" d=${e.sun.area} /><path class="sun-edge" d=${e.sun.edge} />`:u}
<path class="price-edge" d=${e.prices.edge} />
${e.levels.length>0?ae`<line class="zero" x1="0" x2="100" y1=${e.zero} y2=${e.zero} />`:u}
${t?ae`<rect class="looked" x=${r(t.start)} width=${r(t.end)-r(t.start)} y="0" height="100" />`:u}
</svg>`}marks(e,t,r){let s=e.due===null||!this.detail?.planned?null:Date.parse(this.detail.planned.due);return c`<span class="now" style="left:${e.now}%"></span>
${s===null||e.due===null?u:c`<span class="due ${e.due>75?"left":""}" style="left:${e.due}%"
><strong>${r("plan.ready_by",{time:Yt(t,s)})}</strong></span
>`}`}readout(e,t,r){let s=e.stretches[this.looked];return s?c`<strong>${ht(t,s.start,s.end,new Date(this.now))}</strong>
${this.facts(s,t,r).map(([o,a,l])=>c`<span title=${o}><i class=${l}></i>${a}</span>`)}`:c`<span>${e.levels.length>0?`${this.detail?.currency??""}/kWh`:""}</span>`}spoken(e,t,r){let s=e.stretches[Math.max(0,this.looked)];if(!s)return"";let o=this.facts(s,t,r).map(([a,l])=>`${a} ${l}`);return[ht(t,s.start,s.end,new Date(this.now)),...o].join(", ")}facts(e,t,r){let s=[];return e.price!==null&&s.push([r("chart.price"),this.price(e.price,t),"price"]),e.power_w!==null&&s.push([r("chart.charging"),G(t.locale,e.power_w).join(" "),"charging"]),e.sun_w&&s.push([r("chart.sun"),G(t.locale,e.sun_w).join(" "),"sun"]),s}price(e,t){return`${E(t.locale,e,Math.max(3,this.drawn?.digits??0))} ${this.detail?.currency??""}/kWh`}table(e,t,r){let s=new Date(this.now);return c`<div class="scroll" tabindex="0" role="region" aria-label=${r("chart.label")}>
<table>
<thead>
<tr>
<th>${r("chart.time")}</th>
<th>${r("chart.price")}</th>
<th>${r("chart.charging")}</th>
<th>${r("chart.cost")}</th>
${e.sun?c`<th>${r("chart.sun")}</th>`:u}
</tr>
</thead>
<tbody>
${Tr(e).map(o=>c`<tr class=${o.power_w===null?"":"on"}>
<th scope="row">${ht(t,o.start,o.end,s)}</th>
<td>${E(t.locale,o.price,Math.max(3,e.digits))}</td>
<td>${o.power_w===null?"":G(t.locale,o.power_w).join(" ")}</td>
<td>${o.cost===null?"":R(t.locale,o.cost,this.detail?.currency)}</td>
${e.sun?c`<td>${o.sun_w?G(t.locale,o.sun_w).join(" "):""}</td>`:u}
</tr>`)}
</tbody>
</table>
</div>`}weekday(e,t){let r=k(e,t.config.time_zone).slice(0,10),s=(new Date(`${r}T00:00:00Z`).getUTCDay()+6)%7;return Ze(t,K[s]??"mon")}point(e){let t=e.currentTarget.getBoundingClientRect();this.drawn&&t.width>0&&(this.looked=Sr(this.drawn,(e.clientX-t.left)/t.width*100))}leave(e){e instanceof PointerEvent&&e.pointerType==="touch"||(this.looked=-1)}step(e){let t=(this.drawn?.stretches.length??0)-1,r={ArrowRight:this.looked+1,ArrowUp:this.looked+1,ArrowLeft:this.looked-1,ArrowDown:this.looked-1,PageDown:this.looked-8,PageUp:this.looked+8,Home:0,End:t,Escape:-1}[e.key];r===void 0||t<0||(e.preventDefault(),this.looked=e.key==="Escape"?-1:Math.min(t,Math.max(0,r)))}static{this.styles=ui}};h([b({attribute:!1})],X.prototype,"detail",2),h([b({attribute:!1})],X.prototype,"clock",2),h([b({attribute:!1})],X.prototype,"words",2),h([b({type:Number})],X.prototype,"now",2),h([y()],X.prototype,"looked",2),h([y()],X.prototype,"asTable",2);var zr=6e4,na=1e4,ia=["plan","solar","minimum_solar"],ra=["device_id","loaded","maximum_a","phases","plan_revision"],Q=class extends x{constructor(){super(...arguments);this.snapshot=null;this.edited=null;this.removed=null;this.now=Date.now();this.asking=new M(this);this.doing=new Y(this);this.drawn=[]}connectedCallback(){super.connectedCallback(),this.now=Date.now(),this.minute=setInterval(()=>{this.now=Date.now()},zr)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.minute),clearTimeout(this.undoEnd)}shouldUpdate(e){let{hass:t,snapshot:r}=this,s=e.get("hass"),o=e.get("snapshot"),a=[this.asking.answer,this.asking.error,this.doing.busy,this.doing.error],l=a.some((d,p)=>d!==this.drawn[p]);return this.drawn=a,l||[...e.keys()].some(d=>d==="hass"?!(s?.language===t?.language&&s?.locale===t?.locale&&s?.config===t?.config)||this.modeEntity()!==this.mode:d!=="snapshot"||!o||!r||ra.some(p=>o[p]!==r[p])||!o.site!=!r.site)}willUpdate(e){let{hass:t}=this,r=this.connector;if(!t||!r)return;let s=e.has("hass")?e.get("hass"):t;(s?.language!==t.language||this.words===void 0)&&(this.words=_(t.language)),(s?.locale!==t.locale||s?.config!==t.config||!this.clock)&&(this.clock=lr(t)),this.mode=this.modeEntity(),this.asked!==r&&(this.asked=r,this.asking.answer=this.edited=this.removed=null);let o={type:"evse_ocpp/plan",device_id:r,language:t.language},{plan_revision:a,loaded:l}=this.snapshot??{};this.asking.ask(`${r} ${t.language} ${a} ${l}`,()=>(this.hass??t).callWS(o))}render(){let{hass:e,words:t,clock:r}=this;if(!e||!t||!r||!this.connector)return u;let s=this.asking.answer;if(s===null)return this.without(t);let o=Math.max(this.now,Date.now()-zr);return c`
${this.headline(s,t,r,o)} ${this.hints(s,t,r)}
<div class="sides">
<evse-ocpp-plan-chart .detail=${s} .clock=${r} .words=${t} .now=${this.now}></evse-ocpp-plan-chart>
${this.edited===null?this.goals(s,t,r):this.form(s,t,r,this.edited)}
</div>
${this.undo(t,r)}
`}form(e,t,r,s){return c`<evse-ocpp-goal-form
.clock=${r}
.words=${t}
.snapshot=${this.snapshot}
.detail=${e}
.goal=${s==="new"?null:s}
.busy=${this.doing.busy==="save"}
.error=${this.doing.error}
@goal-save=${o=>this.save(o.detail)}
@goal-cancel=${this.close}
></evse-ocpp-goal-form>`}without(e){let{error:t}=this.asking;if(t===null)return c`<div class="loading" role="status"><span class="hidden">${e("plan.loading")}</span></div>`;if(this.snapshot?.loaded===!1)return Rr(e);let r=c`<p><button @click=${()=>this.asking.again()}>${e("plan.again")}</button></p>`;return C(c`${e("plan.failed",{error:t||"–"})}${r}`,"fails")}headline(e,t,r,s){let o=this.edited===null?c`<button class="main add" @click=${()=>this.open("new")}>
<ha-icon icon="mdi:plus"></ha-icon>${t("plan.add")}
</button>`:u,[a,l]=this.said(e,t,r,s);return c`<div class="head">
<span class="lead"><ha-icon icon="mdi:calendar-clock"></ha-icon></span>
<div>
<h2>${a}</h2>
<p>${l}</p>
</div>
${o}
</div>`}said(e,t,r,s){let{planned:o}=e;if(o===null){if(e.goals.length===0)return[t("plan.none"),t("plan.none_hint")];let m=r.config.time_zone,f=e.goals.some(g=>g.enabled&&Vt(g,s,m)!==null);return[t("plan.waiting"),t(f?"plan.waiting_hint":"plan.off_hint")]}let a=new Date(s),l=t("plan.ready_by",{time:T(r,S(o.due),a)});if(!(o.needed_kwh>0))return[l,t("plan.reached")];let d=pr(r,o.slots,a),p=[Ye(r,o.needed_kwh),d&&t("plan.charges",{times:d}),o.cost!==null&&t("plan.about",{cost:R(r.locale,o.cost,e.currency)})];return[l,p.filter(Boolean).join(" · ")]}hints(e,t,r){let{planned:s}=e,o=new Date(this.now),a=[];if(s!==null&&!s.met){let l=T(r,S(s.due),o),d=Ye(r,s.needed_kwh),p=S(s.ready_at),m=c`<strong>${t("plan.unmet",{needed:d,time:l,possible:Ye(r,s.possible_kwh)})}</strong>
${p?t("plan.unmet_ready",{time:T(r,p,o)}):u}`;a.push(C(m,"warns","mdi:clock-alert-outline"))}if(this.mode&&A(this.mode)&&e.goals.length>0&&!ia.includes(this.mode.state)){let l=this.hass?.formatEntityState(this.mode)??this.mode.state,d=this.doing.busy==="mode",p=c`<button ?disabled=${d} @click=${this.follow}>${t("plan.follow")}</button>`;a.push(C(t("plan.other_mode",{mode:l}),"tells",void 0,p))}return this.snapshot?.loaded===!1?a.push(Rr(t)):this.snapshot?.site===null?a.push(C(t("plan.no_site"))):e.prices.length===0&&e.goals.length>0&&a.push(C(t("plan.no_prices"))),ki(r.config.time_zone,this.now)&&a.push(C(t("plan.house_time",{zone:r.config.time_zone}),"tells","mdi:map-clock-outline")),this.doing.error!==null&&this.edited===null&&a.push(C(this.doing.error||t("act.failed"),"fails")),a}goals(e,t,r){if(e.goals.length===0)return u;let s=r.config.time_zone;return c`<ul aria-label=${t("plan.goals")}>
${or(e.goals,this.now,s).map(o=>this.goal(o,e,t,r))}
</ul>`}goal(e,t,r,s){let o=dr(r,s,e,new Date(this.now)),a=`${Ve(s,e.amount,e.unit)}, ${o}`,l=t.planned?.goal_id===e.plan;return c`<li class=${e.enabled?l?"first":"":"off"}>
<div>
<strong>${o}</strong>
<small>${cr(r,s,e)}</small>
</div>
${e.plan===Cn?u:c`<label class="use">
<input
class="hidden"
type="checkbox"
role="switch"
aria-label=${r("plan.use",{goal:a})}
.checked=${e.enabled}
?disabled=${this.doing.busy!==null}
@change=${()=>this.use(e)}
/><span aria-hidden="true"></span>
</label>`}
<button class="sign" aria-label=${r("plan.edit",{goal:a})} @click=${()=>this.open(e)}>
<ha-icon icon="mdi:pencil-outline"></ha-icon>
</button>
<button
class="sign"
aria-label=${r("plan.remove",{goal:a})}
?disabled=${this.doing.busy!==null}
@click=${()=>this.drop(e)}
>
<ha-icon icon="mdi:trash-can-outline"></ha-icon>
</button>
</li>`}undo(e,t){let r=this.removed;return c`<div class="undo" role="status">
${r?c`<span>${e("plan.removed",{goal:Ve(t,r.amount,r.unit)})}</span>
<button @click=${()=>this.restore(r)}>${e("plan.undo")}</button>`:u}
</div>`}open(e){this.doing.forget(),this.edited=e}close(){this.doing.forget(),this.edited=null,this.updateComplete.then(()=>this.renderRoot.querySelector(".add")?.focus())}async save(e){await this.act("save",async t=>{await this.call("set_plan",sr(e,t)),Hn(e)&&await this.call("remove_plan",{device_id:t,plan:e.plan})}),this.doing.error===null&&this.close()}async use(e){await this.act("use",t=>this.call("set_plan",{...On(e,t),enabled:!e.enabled}))}async drop(e){await this.act("remove",t=>this.call("remove_plan",{device_id:t,plan:e.plan})),this.doing.error===null&&(this.edited!==null&&this.edited!=="new"&&this.edited.plan===e.plan&&(this.edited=null),this.removed=e,clearTimeout(this.undoEnd),this.undoEnd=setTimeout(()=>{this.removed=null},na))}async restore(e){this.removed=null,await this.act("restore",t=>this.call("set_plan",On(e,t)))}async follow(){let{hass:e,mode:t}=this;if(!e||!t)return;let r={entity_id:t.entity_id,option:"plan"};await this.doing.run("mode",()=>e.callService("select","select_option",r,void 0,!1))}async act(e,t){let r=this.connector;r!==void 0&&await this.doing.run(e,async()=>{await t(r),await this.asking.again()})}async call(e,t){await this.hass?.callService("evse_ocpp",e,t,void 0,!1)}get connector(){return this.deviceId??this.snapshot?.device_id}modeEntity(){let{hass:e,connector:t}=this;if(!(!e||!t)){if(this.searched!==e.entities||this.searchedFor!==t){this.searched=e.entities,this.searchedFor=t;let r=e.devices[t]?.via_device_id;this.modeId=[t,r].map(s=>s&&ke(e,s)["select.mode"]).find(Boolean)||void 0}return this.modeId===void 0?void 0:e.states[this.modeId]}}static{this.styles=pi}};h([b({attribute:!1})],Q.prototype,"hass",2),h([b({attribute:!1})],Q.prototype,"snapshot",2),h([b({attribute:!1})],Q.prototype,"deviceId",2),h([y()],Q.prototype,"edited",2),h([y()],Q.prototype,"removed",2),h([y()],Q.prototype,"now",2);function Rr(i){return C(i("hint.not_loaded_text"),"tells","mdi:puzzle-remove-outline")}var be=12,ge="";function sa(i){return Math.floor(Math.max(0,i)/be)*be}var ee=class extends F{constructor(){super(...arguments);this.period="days_30";this.from="";this.to="";this.device=ge;this.owner=ge;this.offset=0;this.told=new M(this);this.there=new M(this);this.doing=new Y(this)}willUpdate(){let{hass:e}=this;if(e===void 0)return;let{answer:t,busy:r}=this.told;t!==null&&!r&&this.offset>=t.count&&(this.offset=sa(t.count-1));let s=this.wanted(e),o=JSON.stringify([s,this.offset,e.language]);this.told.ask(o,()=>Zt(e,this.wanted(e),be,this.offset)),this.there.ask(e.language,()=>hr(e))}wanted(e){let{start:t,end:r}=Ki(this.period,Date.now(),e.config.time_zone,this.from,this.to);return{start:We(t),end:We(r),device_ids:this.device===ge?this.config.devices:[this.device],owner:this.owner===ge?void 0:this.owner}}choose(e,t){Object.assign(this,{offset:0,[e]:t})}render(){let{hass:e,text:t}=this;if(e===void 0)return c`<ha-card></ha-card>`;let r=this.told.answer;return c`<ha-card>
<div class="top">
<h2>${t("board.sessions")}</h2>
<div class="documents">${["csv","pdf"].map(s=>this.document(s,t))}</div>
</div>
${this.problems()} ${this.filters(t)} ${this.sums(e,r,t)}
${this.failure(this.told.error,this.doing.error)}
<div class="list ${this.told.busy?"busy":""}" style="--rows:${be}" aria-busy=${this.told.busy}>${this.list(e,r,t)}</div>
${this.pages(r,t)}
</ha-card>`}filters(e){let t=Bi.map(l=>[l,e(`period.${l}`)]),r=(this.there.answer?.wallboxes??[]).flatMap(l=>l.connectors).filter(({device_id:l})=>this.config.devices?.includes(l)??!0).map(({device_id:l,name:d})=>[l,d]),{people:s=[],cards:o=[]}=this.there.answer??{},a=[...s.map(({person:l,name:d})=>[`person:${l}`,d]),...o.filter(({person:l})=>l===null).map(l=>[`card:${l.id_tag}`,l.name??l.id_tag])];for(let{owner:l,name:d}of this.told.answer?.owners??[])l!==gt&&a.every(([p])=>p!==l)&&a.push([l,d||l]);return a.push([gt,e("owner.nobody")]),c`<div class="filters">
${Oe(e("filter.period"),t,this.period,l=>this.choose("period",l))}
${this.period==="custom"?["from","to"].map(l=>c`<label>
${e(`filter.${l}`)}
<input
type="date"
.value=${this[l]}
@change=${d=>this.choose(l,d.target.value)}
/>
</label>`):u}
${Oe(e("filter.wallbox"),[[ge,e("filter.all")],...r],this.device,l=>this.choose("device",l))}
${Oe(e("filter.owner"),[[ge,e("filter.everybody")],...a],this.owner,l=>this.choose("owner",l))}
</div>`}sums(e,t,r){let{locale:s}=e,[o,a]=z(s,t?.energy_wh);return $e([[r("board.sessions"),t===null?"–":String(t.count)],[r("sum.energy"),o,a],[r("sum.cost"),Jt(s,t?.cost)],[r("sum.sun"),t===null?"–":pt(s,t.energy_wh,t.sun_wh)]])}list(e,t,r){if(t===null||this.told.error!==null)return u;if(t.rows.length===0)return c`<p class="hint">${r("sessions.none")}</p>`;let s=Ge.filter(o=>t.rows.some(a=>(a[`${o}_wh`]??0)>0));return c`
<div role="table" aria-label=${r("board.sessions")}>
<div role="row" class="head">
${["when","where","who","energy","cost"].map(o=>c`<span role="columnheader" class=${o}>${r(`column.${o}`)}</span>`)}
</div>
${t.rows.map(o=>this.row(e,o,r))}
</div>
${s.length>0?Bt(s,r):u}
`}row(e,t,r){let[s,o]=z(e.locale,t.energy_wh),a=S(t.started_at),l=S(t.ended_at),d=a===null?null:((l??new Date).getTime()-a.getTime())/1e3,p=t.cost===null&&t.unpriced_wh>0?r("sessions.no_price"):R(e.locale,t.cost,t.currency);return c`<div role="row">
<span role="cell" class="when">
${T(e,a,new Date)}
<small>${l===null?r("sessions.running"):At(e.locale,d)}</small>
</span>
<span role="cell" class="where"><bdi>${t.wallbox}</bdi></span>
<span role="cell" class="who"><bdi>${gr(t,r)}</bdi></span>
<span role="cell" class="energy">
<span class="value">${s} <small>${o}</small></span>
${Gt(It(t),e.locale,r)}
</span>
<span role="cell" class="cost ${t.cost===null?"quiet":""}">${p}</span>
</div>`}pages(e,t){if(e===null||e.count<=be)return u;let r=Math.min(this.offset+be,e.count),s=(o,a,l,d)=>c`<button class="round" aria-label=${a} title=${a} ?disabled=${!d} @click=${()=>this.offset=l}>
<ha-icon icon=${o}></ha-icon>
</button>`;return c`<nav class="row pages" aria-label=${t("sessions.pages")}>
${s("mdi:chevron-left",t("sessions.newer"),Math.max(0,this.offset-be),this.offset>0)}
<span class="quiet" aria-live="polite">
${t("sessions.page",{first:Math.min(this.offset+1,e.count),last:r,count:e.count})}
</span>
${s("mdi:chevron-right",t("sessions.older"),this.offset+be,r<e.count)}
</nav>`}document(e,t){let r=ze(this.owner===ge?void 0:this.owner),s=(this.told.answer?.count??0)===0,o=t(r===null?"sessions.no_document_of_nobody":`sessions.${e}`);return c`<button
title=${o}
?disabled=${r===null||s||this.doing.busy!==null}
@click=${()=>this.download(e)}
>
<ha-icon icon=${e==="pdf"?"mdi:file-document-outline":"mdi:table-arrow-down"}></ha-icon>
${e.toUpperCase()}
</button>`}download(e){let{hass:t}=this,r=this.there.answer;if(t===void 0||r===null)return;let{start:s,end:o,device_ids:a}=this.wanted(t),l=ze(this.owner===ge?void 0:this.owner),d=Object.entries({start:s,end:o,device_id:a,...l}).filter(([,p])=>p!==void 0);this.doing.run(e,()=>mr(t,fr(r,a),Object.fromEntries(d),e))}static{this.styles=[le,Me,mi]}};h([y()],ee.prototype,"period",2),h([y()],ee.prototype,"from",2),h([y()],ee.prototype,"to",2),h([y()],ee.prototype,"device",2),h([y()],ee.prototype,"owner",2),h([y()],ee.prototype,"offset",2);var Fn=3,V={grid_options:{columns:"full"}},oa=12,aa=48,la=168,Cr=["binary_sensor.fault","error"],ca=["refusal","connected","obeyed","relay"],da=["event.fault","event.station"],ua=["site_meter_lost","site_dimmed","event.site"];function Ar(i,n){let e=i.sites.length>0?{show:{phases:!1}}:{},t=s=>({type:"custom:evse-ocpp-card",device:s,...e,...V}),r=i.connectors.map(({device:s})=>se([t(s)]));return{...et("overview","mdi:ev-station",n),max_columns:Math.max(2,Math.min(Fn+1,r.length+i.sites.length)),badges:i.sites.flatMap(s=>ma(s,n)),sections:[...r,...i.sites.map(s=>pa(s,n))]}}function pa({device:i,ids:n},e){let t=[{entity:n.site_charging_power,name:e("phases.cars")},{entity:n.site_house_power,name:e("phases.house")},{entity:n.site_grid_power,name:e("source.grid")}].filter(({entity:o})=>o!==void 0),r={type:"history-graph",title:e("board.power"),hours_to_show:oa,entities:t,...V},s={type:"custom:evse-ocpp-phases-card",site:i,...V};return se(t.length>0?[s,r]:[s])}function ma({ids:i},n){let e=(t,r,s)=>Ke(i,t).map(o=>({type:"entity",entity:o,name:r,show_name:!0,visibility:[{condition:"state",entity:o,...s}]}));return[...e("site_price",n("phases.price"),{state_not:["unknown","unavailable"]}),...e("site_surplus",n("phases.surplus"),{state_not:["unknown","unavailable"]}),...e("site_dimmed",n("board.dimmed"),{state:"on"})]}function Hr(i,n){let e={type:"custom:evse-ocpp-sessions-card",...yt(i),...V};return{...et("sessions","mdi:format-list-bulleted",n),sections:[Lr([e])]}}function Or(i,n){let e={type:"custom:evse-ocpp-month-card",...yt(i),...V},t={type:"custom:evse-ocpp-energy-card",period:"month",...yt(i),...V};return{...et("months","mdi:calendar-month",n),max_columns:2,sections:[se([e]),se([t])]}}function Mr(i,n){let e={type:"custom:evse-ocpp-energy-card",period:"day",...yt(i),...V},t=i.connectors.some(({ids:l})=>l.cost_total!==void 0),r=i.sites.flatMap(({ids:l,name:d})=>Ke(l,"site_price").map(p=>({entity:p,name:d}))),s={type:"history-graph",title:n("board.price"),hours_to_show:aa,entities:r,...V},o=[...t?[{...e,measure:"cost"}]:[],...r.length>0?[s]:[]],a=[se([e]),...o.length>0?[se(o)]:[]];return{...et("costs","mdi:solar-power-variant",n),max_columns:2,sections:a}}function Pr(i,n){let t=[...[...i.connectors,...i.others].flatMap(({ids:a})=>Ke(a,...ha(a),...da)),...i.sites.flatMap(({ids:a})=>Ke(a,...ua))],r={type:"custom:evse-ocpp-faults-card",...yt(i),...V},s={type:"logbook",title:n("board.last_week"),target:{entity_id:[...new Set(t)]},hours_to_show:la,grid_options:{columns:"full",rows:10}},o=[se([r]),...t.length>0?[se([s])]:[]];return{...et("faults","mdi:alert-circle-outline",n),max_columns:2,sections:o}}function ha(i){return[...Ke(i,...Cr).length>0?Cr:["status"],...ca]}function Dr(i){let n=`## ${i("board.none")}

${i("board.none_what")}

[${i("board.none_link")}](${_e})`;return{...et("overview","mdi:ev-station",i),sections:[se([{type:"markdown",content:n,...V}])]}}function Nr(i){return Lr([{type:"markdown",content:i.map(n=>`- ⚠️ ${n}`).join(`
`),...V}])}function et(i,n,e){return{title:e(`board.${i}`),path:i,icon:n,type:"sections",max_columns:Fn,sections:[]}}function se(i){return{type:"grid",cards:i}}function Lr(i){return{type:"grid",column_span:Fn,cards:i}}function yt(i){return i.chosen?{devices:i.connectors.map(({device:n})=>n)}:{}}var ga={overview:Ar,sessions:Hr,months:Or,costs:Mr,faults:Pr};function ba(i,n){let e=_(n.language),t=Be(n,i.devices),r=i.problems.map(({field:o,came:a,allowed:l,values:d})=>`${e("hint.problem",{field:o,came:a})} ${e(l,d)}`);for(let o of i.devices)t.connectors.every(({device:a})=>a!==o)&&r.push(e("board.no_device",{device:o}));let s=t.connectors.length===0?[Dr(e)]:i.views.map(o=>ga[o](t,e));return r.length>0&&s[0]?.sections.unshift(Nr(r)),{title:e("board.title"),views:s}}var Qt=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(n,e){return await Se(e.language),ba(ji(n),e)}static getCreateSuggestions(n){return{title:_(n.language)("board.title"),icon:"mdi:ev-station"}}};var ya=Fi({"evse-ocpp-energy-card":qe,"evse-ocpp-faults-card":mt,"evse-ocpp-month-card":Je,"evse-ocpp-sessions-card":ee,"ll-strategy-dashboard-evse-ocpp":Qt,"evse-ocpp-card":me,"evse-ocpp-card-editor":Fe,"evse-ocpp-limit":U,"evse-ocpp-goal-form":D,"evse-ocpp-phases":Xe,"evse-ocpp-phases-card":Re,"evse-ocpp-plan":Q,"evse-ocpp-plan-card":Ce,"evse-ocpp-plan-chart":X}),Ur="https://github.com/evse-ocpp/evse-ocpp",Fr={plan:"plan.title",phases:"phases.title",sessions:"board.sessions",month:"board.months",energy:"energy.title",faults:"board.faults"};ya.then(()=>{let i=_(he()),n=window.customCards??=[];n.push({type:"evse-ocpp-card",name:"EVSE OCPP",description:i("card.card"),preview:!0,getEntitySuggestion:Li,documentationURL:Ur});for(let e of Object.keys(Fr)){let t=`EVSE OCPP: ${i(Fr[e])}`;n.push({type:`evse-ocpp-${e}-card`,name:t,description:i(`${e}.card`)})}(window.customStrategies??=[]).push({type:"evse-ocpp",strategyType:"dashboard",name:i("board.title"),description:i("board.description"),documentationURL:Ur})});
