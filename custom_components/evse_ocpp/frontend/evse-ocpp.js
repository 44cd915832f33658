var As=Object.defineProperty;var zs=Object.getOwnPropertyDescriptor;var h=(i,n,e,t)=>{for(var s=t>1?void 0:t?zs(n,e):n,o=i.length-1,r;o>=0;o--)(r=i[o])&&(s=(t?r(n,e,s):r(s))||s);return t&&s&&As(n,e,s),s};var gt=globalThis,bt=gt.ShadowRoot&&(gt.ShadyCSS===void 0||gt.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,Yt=Symbol(),Wn=new WeakMap,Xe=class{constructor(n,e,t){if(this._$cssResult$=!0,t!==Yt)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=n,this.t=e}get styleSheet(){let n=this.o,e=this.t;if(bt&&n===void 0){let t=e!==void 0&&e.length===1;t&&(n=Wn.get(e)),n===void 0&&((this.o=n=new CSSStyleSheet).replaceSync(this.cssText),t&&Wn.set(e,n))}return n}toString(){return this.cssText}},Fn=i=>new Xe(typeof i=="string"?i:i+"",void 0,Yt),v=(i,...n)=>{let e=i.length===1?i[0]:n.reduce((t,s,o)=>t+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+i[o+1],i[0]);return new Xe(e,i,Yt)},Un=(i,n)=>{if(bt)i.adoptedStyleSheets=n.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of n){let t=document.createElement("style"),s=gt.litNonce;s!==void 0&&t.setAttribute("nonce",s),t.textContent=e.cssText,i.appendChild(t)}},Zt=bt?i=>i:i=>i instanceof CSSStyleSheet?(n=>{let e="";for(let t of n.cssRules)e+=t.cssText;return Fn(e)})(i):i;var{is:Rs,defineProperty:Hs,getOwnPropertyDescriptor:Os,getOwnPropertyNames:Ps,getOwnPropertySymbols:Ms,getPrototypeOf:Ds}=Object,yt=globalThis,jn=yt.trustedTypes,Ns=jn?jn.emptyScript:"",Ls=yt.reactiveElementPolyfillSupport,Qe=(i,n)=>i,et={toAttribute(i,n){switch(n){case Boolean:i=i?Ns:null;break;case Object:case Array:i=i==null?i:JSON.stringify(i)}return i},fromAttribute(i,n){let e=i;switch(n){case Boolean:e=i!==null;break;case Number:e=i===null?null:Number(i);break;case Object:case Array:try{e=JSON.parse(i)}catch{e=null}}return e}},vt=(i,n)=>!Rs(i,n),In={attribute:!0,type:String,converter:et,reflect:!1,useDefault:!1,hasChanged:vt};Symbol.metadata??=Symbol("metadata"),yt.litPropertyMetadata??=new WeakMap;var X=class extends HTMLElement{static addInitializer(n){this._$Ei(),(this.l??=[]).push(n)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(n,e=In){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(n)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(n,e),!e.noAccessor){let t=Symbol(),s=this.getPropertyDescriptor(n,t,e);s!==void 0&&Hs(this.prototype,n,s)}}static getPropertyDescriptor(n,e,t){let{get:s,set:o}=Os(this.prototype,n)??{get(){return this[e]},set(r){this[e]=r}};return{get:s,set(r){let a=s?.call(this);o?.call(this,r),this.requestUpdate(n,a,t)},configurable:!0,enumerable:!0}}static getPropertyOptions(n){return this.elementProperties.get(n)??In}static _$Ei(){if(this.hasOwnProperty(Qe("elementProperties")))return;let n=Ds(this);n.finalize(),n.l!==void 0&&(this.l=[...n.l]),this.elementProperties=new Map(n.elementProperties)}static finalize(){if(this.hasOwnProperty(Qe("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(Qe("properties"))){let e=this.properties,t=[...Ps(e),...Ms(e)];for(let s of t)this.createProperty(s,e[s])}let n=this[Symbol.metadata];if(n!==null){let e=litPropertyMetadata.get(n);if(e!==void 0)for(let[t,s]of e)this.elementProperties.set(t,s)}this._$Eh=new Map;for(let[e,t]of this.elementProperties){let s=this._$Eu(e,t);s!==void 0&&this._$Eh.set(s,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(n){let e=[];if(Array.isArray(n)){let t=new Set(n.flat(1/0).reverse());for(let s of t)e.unshift(Zt(s))}else n!==void 0&&e.push(Zt(n));return e}static _$Eu(n,e){let t=e.attribute;return t===!1?void 0:typeof t=="string"?t:typeof n=="string"?n.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(n=>this.enableUpdating=n),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(n=>n(this))}addController(n){(this._$EO??=new Set).add(n),this.renderRoot!==void 0&&this.isConnected&&n.hostConnected?.()}removeController(n){this._$EO?.delete(n)}_$E_(){let n=new Map,e=this.constructor.elementProperties;for(let t of e.keys())this.hasOwnProperty(t)&&(n.set(t,this[t]),delete this[t]);n.size>0&&(this._$Ep=n)}createRenderRoot(){let n=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Un(n,this.constructor.elementStyles),n}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(n=>n.hostConnected?.())}enableUpdating(n){}disconnectedCallback(){this._$EO?.forEach(n=>n.hostDisconnected?.())}attributeChangedCallback(n,e,t){this._$AK(n,t)}_$ET(n,e){let t=this.constructor.elementProperties.get(n),s=this.constructor._$Eu(n,t);if(s!==void 0&&t.reflect===!0){let o=(t.converter?.toAttribute!==void 0?t.converter:et).toAttribute(e,t.type);this._$Em=n,o==null?this.removeAttribute(s):this.setAttribute(s,o),this._$Em=null}}_$AK(n,e){let t=this.constructor,s=t._$Eh.get(n);if(s!==void 0&&this._$Em!==s){let o=t.getPropertyOptions(s),r=typeof o.converter=="function"?{fromAttribute:o.converter}:o.converter?.fromAttribute!==void 0?o.converter:et;this._$Em=s;let a=r.fromAttribute(e,o.type);this[s]=a??this._$Ej?.get(s)??a,this._$Em=null}}requestUpdate(n,e,t,s=!1,o){if(n!==void 0){let r=this.constructor;if(s===!1&&(o=this[n]),t??=r.getPropertyOptions(n),!((t.hasChanged??vt)(o,e)||t.useDefault&&t.reflect&&o===this._$Ej?.get(n)&&!this.hasAttribute(r._$Eu(n,t))))return;this.C(n,e,t)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(n,e,{useDefault:t,reflect:s,wrapped:o},r){t&&!(this._$Ej??=new Map).has(n)&&(this._$Ej.set(n,r??e??this[n]),o!==!0||r!==void 0)||(this._$AL.has(n)||(this.hasUpdated||t||(e=void 0),this._$AL.set(n,e)),s===!0&&this._$Em!==n&&(this._$Eq??=new Set).add(n))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let n=this.scheduleUpdate();return n!=null&&await n,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,o]of this._$Ep)this[s]=o;this._$Ep=void 0}let t=this.constructor.elementProperties;if(t.size>0)for(let[s,o]of t){let{wrapped:r}=o,a=this[s];r!==!0||this._$AL.has(s)||a===void 0||this.C(s,void 0,o,a)}}let n=!1,e=this._$AL;try{n=this.shouldUpdate(e),n?(this.willUpdate(e),this._$EO?.forEach(t=>t.hostUpdate?.()),this.update(e)):this._$EM()}catch(t){throw n=!1,this._$EM(),t}n&&this._$AE(e)}willUpdate(n){}_$AE(n){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(n)),this.updated(n)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(n){return!0}update(n){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(n){}firstUpdated(n){}};X.elementStyles=[],X.shadowRootOptions={mode:"open"},X[Qe("elementProperties")]=new Map,X[Qe("finalized")]=new Map,Ls?.({ReactiveElement:X}),(yt.reactiveElementVersions??=[]).push("2.1.2");var sn=globalThis,Bn=i=>i,xt=sn.trustedTypes,Gn=xt?xt.createPolicy("lit-html",{createHTML:i=>i}):void 0,Jn="$lit$",ie=`lit$${Math.random().toFixed(9).slice(2)}$`,Xn="?"+ie,Ws=`<${Xn}>`,ge=document,nt=()=>ge.createComment(""),it=i=>i===null||typeof i!="object"&&typeof i!="function",on=Array.isArray,Fs=i=>on(i)||typeof i?.[Symbol.iterator]=="function",Jt=`[ 	
\f\r]`,tt=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Kn=/-->/g,qn=/>/g,he=RegExp(`>|${Jt}(?:([^\\s"'>=/]+)(${Jt}*=${Jt}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Vn=/'/g,Yn=/"/g,Qn=/^(?:script|style|textarea|title)$/i,rn=i=>(n,...e)=>({_$litType$:i,strings:n,values:e}),c=rn(1),se=rn(2),pa=rn(3),be=Symbol.for("lit-noChange"),u=Symbol.for("lit-nothing"),Zn=new WeakMap,fe=ge.createTreeWalker(ge,129);function ei(i,n){if(!on(i)||!i.hasOwnProperty("raw"))throw Error("invalid template strings array");return Gn!==void 0?Gn.createHTML(n):n}var Us=(i,n)=>{let e=i.length-1,t=[],s,o=n===2?"<svg>":n===3?"<math>":"",r=tt;for(let a=0;a<e;a++){let l=i[a],d,p,m=-1,f=0;for(;f<l.length&&(r.lastIndex=f,p=r.exec(l),p!==null);)f=r.lastIndex,r===tt?p[1]==="!--"?r=Kn:p[1]!==void 0?r=qn:p[2]!==void 0?(Qn.test(p[2])&&(s=RegExp("</"+p[2],"g")),r=he):p[3]!==void 0&&(r=he):r===he?p[0]===">"?(r=s??tt,m=-1):p[1]===void 0?m=-2:(m=r.lastIndex-p[2].length,d=p[1],r=p[3]===void 0?he:p[3]==='"'?Yn:Vn):r===Yn||r===Vn?r=he:r===Kn||r===qn?r=tt:(r=he,s=void 0);let g=r===he&&i[a+1].startsWith("/>")?" ":"";o+=r===tt?l+Ws:m>=0?(t.push(d),l.slice(0,m)+Jn+l.slice(m)+ie+g):l+ie+(m===-2?a:g)}return[ei(i,o+(i[e]||"<?>")+(n===2?"</svg>":n===3?"</math>":"")),t]},st=class i{constructor({strings:n,_$litType$:e},t){let s;this.parts=[];let o=0,r=0,a=n.length-1,l=this.parts,[d,p]=Us(n,e);if(this.el=i.createElement(d,t),fe.currentNode=this.el.content,e===2||e===3){let m=this.el.content.firstChild;m.replaceWith(...m.childNodes)}for(;(s=fe.nextNode())!==null&&l.length<a;){if(s.nodeType===1){if(s.hasAttributes())for(let m of s.getAttributeNames())if(m.endsWith(Jn)){let f=p[r++],g=s.getAttribute(m).split(ie),_=/([.?@])?(.*)/.exec(f);l.push({type:1,index:o,name:_[2],strings:g,ctor:_[1]==="."?Qt:_[1]==="?"?en:_[1]==="@"?tn:Te}),s.removeAttribute(m)}else m.startsWith(ie)&&(l.push({type:6,index:o}),s.removeAttribute(m));if(Qn.test(s.tagName)){let m=s.textContent.split(ie),f=m.length-1;if(f>0){s.textContent=xt?xt.emptyScript:"";for(let g=0;g<f;g++)s.append(m[g],nt()),fe.nextNode(),l.push({type:2,index:++o});s.append(m[f],nt())}}}else if(s.nodeType===8)if(s.data===Xn)l.push({type:2,index:o});else{let m=-1;for(;(m=s.data.indexOf(ie,m+1))!==-1;)l.push({type:7,index:o}),m+=ie.length-1}o++}}static createElement(n,e){let t=ge.createElement("template");return t.innerHTML=n,t}};function Se(i,n,e=i,t){if(n===be)return n;let s=t!==void 0?e._$Co?.[t]:e._$Cl,o=it(n)?void 0:n._$litDirective$;return s?.constructor!==o&&(s?._$AO?.(!1),o===void 0?s=void 0:(s=new o(i),s._$AT(i,e,t)),t!==void 0?(e._$Co??=[])[t]=s:e._$Cl=s),s!==void 0&&(n=Se(i,s._$AS(i,n.values),s,t)),n}var Xt=class{constructor(n,e){this._$AV=[],this._$AN=void 0,this._$AD=n,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(n){let{el:{content:e},parts:t}=this._$AD,s=(n?.creationScope??ge).importNode(e,!0);fe.currentNode=s;let o=fe.nextNode(),r=0,a=0,l=t[0];for(;l!==void 0;){if(r===l.index){let d;l.type===2?d=new ot(o,o.nextSibling,this,n):l.type===1?d=new l.ctor(o,l.name,l.strings,this,n):l.type===6&&(d=new nn(o,this,n)),this._$AV.push(d),l=t[++a]}r!==l?.index&&(o=fe.nextNode(),r++)}return fe.currentNode=ge,s}p(n){let e=0;for(let t of this._$AV)t!==void 0&&(t.strings!==void 0?(t._$AI(n,t,e),e+=t.strings.length-2):t._$AI(n[e])),e++}},ot=class i{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(n,e,t,s){this.type=2,this._$AH=u,this._$AN=void 0,this._$AA=n,this._$AB=e,this._$AM=t,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let n=this._$AA.parentNode,e=this._$AM;return e!==void 0&&n?.nodeType===11&&(n=e.parentNode),n}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(n,e=this){n=Se(this,n,e),it(n)?n===u||n==null||n===""?(this._$AH!==u&&this._$AR(),this._$AH=u):n!==this._$AH&&n!==be&&this._(n):n._$litType$!==void 0?this.$(n):n.nodeType!==void 0?this.T(n):Fs(n)?this.k(n):this._(n)}O(n){return this._$AA.parentNode.insertBefore(n,this._$AB)}T(n){this._$AH!==n&&(this._$AR(),this._$AH=this.O(n))}_(n){this._$AH!==u&&it(this._$AH)?this._$AA.nextSibling.data=n:this.T(ge.createTextNode(n)),this._$AH=n}$(n){let{values:e,_$litType$:t}=n,s=typeof t=="number"?this._$AC(n):(t.el===void 0&&(t.el=st.createElement(ei(t.h,t.h[0]),this.options)),t);if(this._$AH?._$AD===s)this._$AH.p(e);else{let o=new Xt(s,this),r=o.u(this.options);o.p(e),this.T(r),this._$AH=o}}_$AC(n){let e=Zn.get(n.strings);return e===void 0&&Zn.set(n.strings,e=new st(n)),e}k(n){on(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,t,s=0;for(let o of n)s===e.length?e.push(t=new i(this.O(nt()),this.O(nt()),this,this.options)):t=e[s],t._$AI(o),s++;s<e.length&&(this._$AR(t&&t._$AB.nextSibling,s),e.length=s)}_$AR(n=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);n!==this._$AB;){let t=Bn(n).nextSibling;Bn(n).remove(),n=t}}setConnected(n){this._$AM===void 0&&(this._$Cv=n,this._$AP?.(n))}},Te=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(n,e,t,s,o){this.type=1,this._$AH=u,this._$AN=void 0,this.element=n,this.name=e,this._$AM=s,this.options=o,t.length>2||t[0]!==""||t[1]!==""?(this._$AH=Array(t.length-1).fill(new String),this.strings=t):this._$AH=u}_$AI(n,e=this,t,s){let o=this.strings,r=!1;if(o===void 0)n=Se(this,n,e,0),r=!it(n)||n!==this._$AH&&n!==be,r&&(this._$AH=n);else{let a=n,l,d;for(n=o[0],l=0;l<o.length-1;l++)d=Se(this,a[t+l],e,l),d===be&&(d=this._$AH[l]),r||=!it(d)||d!==this._$AH[l],d===u?n=u:n!==u&&(n+=(d??"")+o[l+1]),this._$AH[l]=d}r&&!s&&this.j(n)}j(n){n===u?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,n??"")}},Qt=class extends Te{constructor(){super(...arguments),this.type=3}j(n){this.element[this.name]=n===u?void 0:n}},en=class extends Te{constructor(){super(...arguments),this.type=4}j(n){this.element.toggleAttribute(this.name,!!n&&n!==u)}},tn=class extends Te{constructor(n,e,t,s,o){super(n,e,t,s,o),this.type=5}_$AI(n,e=this){if((n=Se(this,n,e,0)??u)===be)return;let t=this._$AH,s=n===u&&t!==u||n.capture!==t.capture||n.once!==t.once||n.passive!==t.passive,o=n!==u&&(t===u||s);s&&this.element.removeEventListener(this.name,this,t),o&&this.element.addEventListener(this.name,this,n),this._$AH=n}handleEvent(n){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,n):this._$AH.handleEvent(n)}},nn=class{constructor(n,e,t){this.element=n,this.type=6,this._$AN=void 0,this._$AM=e,this.options=t}get _$AU(){return this._$AM._$AU}_$AI(n){Se(this,n)}};var js=sn.litHtmlPolyfillSupport;js?.(st,ot),(sn.litHtmlVersions??=[]).push("3.3.3");var ti=(i,n,e)=>{let t=e?.renderBefore??n,s=t._$litPart$;if(s===void 0){let o=e?.renderBefore??null;t._$litPart$=s=new ot(n.insertBefore(nt(),o),o,void 0,e??{})}return s._$AI(i),s};var an=globalThis,x=class extends X{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let n=super.createRenderRoot();return this.renderOptions.renderBefore??=n.firstChild,n}update(n){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(n),this._$Do=ti(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return be}};x._$litElement$=!0,x.finalized=!0,an.litElementHydrateSupport?.({LitElement:x});var Is=an.litElementPolyfillSupport;Is?.({LitElement:x});(an.litElementVersions??=[]).push("4.2.2");var Bs={attribute:!0,type:String,converter:et,reflect:!1,hasChanged:vt},Gs=(i=Bs,n,e)=>{let{kind:t,metadata:s}=e,o=globalThis.litPropertyMetadata.get(s);if(o===void 0&&globalThis.litPropertyMetadata.set(s,o=new Map),t==="setter"&&((i=Object.create(i)).wrapped=!0),o.set(e.name,i),t==="accessor"){let{name:r}=e;return{set(a){let l=n.get.call(this);n.set.call(this,a),this.requestUpdate(r,l,i,!0,a)},init(a){return a!==void 0&&this.C(r,void 0,i,a),a}}}if(t==="setter"){let{name:r}=e;return function(a){let l=this[r];n.call(this,a),this.requestUpdate(r,l,i,!0,a)}}throw Error("Unsupported decorator location: "+t)};function b(i){return(n,e)=>typeof e=="object"?Gs(i,n,e):((t,s,o)=>{let r=s.hasOwnProperty(o);return s.constructor.createProperty(o,t),r?Object.getOwnPropertyDescriptor(s,o):void 0})(i,n,e)}function y(i){return b({...i,state:!0,attribute:!1})}var oe=["why","modes","limit","session","phases","plan"],Ce={status:["sensor","binary_sensor"],power:["sensor"],current:["sensor"],current_limit:["number","input_number"],charging:["switch","input_boolean"],mode:["select","input_select"],session_energy:["sensor"],session_cost:["sensor"],session_duration:["sensor"],session_start:["sensor"],energy:["sensor"],soc:["sensor"],why:["sensor"]},_t=["full","compact"];function Q(i){let n=[],e=ln(i)?i:{};return{device:ni(e,"device",n),entities:Ks(e.entities,n),layout:qs(e.layout,n),show:Vs(e.show,n),name:ni(e,"name",n),problems:n}}function Ks(i,n){if(i==null)return;if(!ln(i)){n.push({field:"entities",came:Ee(i),allowed:"problem.list_of_roles"});return}let e={};for(let[t,s]of Object.entries(i)){let o=Object.hasOwn(Ce,t)?Ce[t]:void 0;if(o===void 0){let r=Object.keys(Ce).join(", ");n.push({field:"entities",came:t,allowed:"problem.one_of",values:{list:r}})}else typeof s=="string"&&o.some(r=>s.startsWith(`${r}.`))?e[t]=s:s!=null&&s!==""&&n.push({field:`entities: ${t}`,came:Ee(s),allowed:"problem.entity_of",values:{list:o.join(", ")}})}return Object.keys(e).length>0?e:void 0}function qs(i,n){if(i==null)return"full";let e=_t.find(s=>s===i);if(e!==void 0)return e;let t={list:_t.join(", ")};return n.push({field:"layout",came:Ee(i),allowed:"problem.one_of",values:t}),"full"}function Vs(i,n){let e=Object.fromEntries(oe.map(t=>[t,!0]));if(i==null)return e;if(!ln(i)){let t={list:oe.join(", ")};return n.push({field:"show",came:Ee(i),allowed:"problem.yes_no_of",values:t}),e}for(let[t,s]of Object.entries(i)){let o=oe.find(r=>r===t);if(o!==void 0&&typeof s=="boolean")e[o]=s;else if(o!==void 0)n.push({field:`show: ${t}`,came:Ee(s),allowed:"problem.yes_no"});else{let r={list:oe.join(", ")};n.push({field:"show",came:t,allowed:"problem.one_of",values:r})}}return e}function ni(i,n,e){let t=i[n];if(!(t==null||t==="")){if(typeof t=="string")return t;e.push({field:n,came:Ee(t),allowed:"problem.text"})}}function ln(i){return typeof i=="object"&&i!==null&&!Array.isArray(i)}var ii=60;function Ee(i){let n=typeof i=="string"?i:JSON.stringify(i)??String(i);return n.length>ii?`${n.slice(0,ii)}…`:n}var K=class{constructor(n){this.host=n;this.busy=null;this.error=null;n.addController(this)}hostConnected(){}async run(n,e){this.busy=n,this.error=null,this.host.requestUpdate();try{return await e(),!0}catch(t){return this.error=cn(t),!1}finally{this.busy===n&&(this.busy=null),this.host.requestUpdate()}}forget(){this.error=null,this.host.requestUpdate()}};function cn(i){let n=i?.message;return typeof n=="string"?n:""}var M="evse_ocpp";function ye(i,n){let e={};for(let t of Object.values(i.entities)){if(t?.device_id!==n||t.platform!==M)continue;let s=t.translation_key;if(!s)continue;let o=t.entity_id.split(".",1)[0]??"";e[`${o}.${s}`]=t.entity_id,(o!=="event"||e[s]===void 0)&&(e[s]=t.entity_id)}return e}function W(i){let n=Object.values(i.entities).filter(e=>e?.platform===M&&e.translation_key==="status").map(e=>e?.device_id);return[...new Set(n.filter(e=>typeof e=="string"))]}function D(i,n){let e=i.devices[n];return e?.name_by_user||e?.name||""}function q(i,n,e={}){i.dispatchEvent(new CustomEvent(n,{detail:e,bubbles:!0,composed:!0}))}function z(i){return i!==void 0&&i.state!=="unavailable"&&i.state!=="unknown"}function Ae(i){if(!z(i)||i.state.trim()==="")return null;let n=Number(i.state);return Number.isFinite(n)?n:null}var Ys="evse-ocpp";function dn(i){for(let n of i.querySelectorAll("*"))n.localName.startsWith(Ys)&&n.requestUpdate?.("hass",void 0),n.shadowRoot&&dn(n.shadowRoot)}var si={"act.boost":"Boost for 1 hour","act.boost_end":"end it","act.boosting":"Boost until {time}","act.dismiss":"Close","act.failed":"It was not done: Home Assistant did not answer.","act.pause":"Pause","act.start":"Start","board.costs":"Costs and sun","board.description":"All wallboxes and your house: overview, sessions, months, costs and sun, faults.","board.dimmed":"Limited by the grid operator","board.faults":"Faults","board.last_week":"In the last week","board.months":"Months","board.no_device":"devices: “{device}” is no wallbox. Allowed: the devices of this integration’s wallboxes","board.none":"There is no wallbox yet","board.none_link":"Add a wallbox","board.none_what":"As soon as a wallbox has been added and has connected, this dashboard shows it. Nothing is to be done here.","board.overview":"Overview","board.power":"Power","board.price":"Price of electricity","board.sessions":"Sessions","board.title":"Charging","card.more":"Details","card.name":"Wallbox","chart.charging":"Charging","chart.cost":"Cost","chart.help":"Arrow keys go through the times.","chart.label":"Prices and planned charging","chart.now":"Now","chart.price":"Price","chart.sun":"Sun forecast","chart.table":"As a table","chart.time":"Time","column.cost":"Cost","column.energy":"Energy","column.when":"Start","column.where":"Wallbox","column.who":"Who","editor.charging":"Charging on and off","editor.current":"Current","editor.current_limit":"Current limit","editor.device":"Wallbox","editor.device_help":"Without a choice: the only one there is.","editor.energy":"Total energy","editor.entities":"A charger of another integration","editor.layout":"Layout","editor.layout_compact":"Compact","editor.layout_full":"Full","editor.mode":"Charging mode","editor.name":"Name","editor.power":"Power","editor.session_cost":"Session: cost","editor.session_duration":"Session: duration","editor.session_energy":"Session: energy","editor.session_start":"Session: start","editor.show":"Parts that are shown","editor.soc":"Car battery level","editor.status":"Status","editor.why":"Reason of the current","energy.card":"Charged energy from sun, battery and grid","energy.chart":"bar chart","energy.day":"30 days","energy.failed":"Home Assistant’s statistics cannot be read: {error}. They need the “recorder” integration.","energy.month":"12 months","energy.no_meters":"No wallbox has an energy sensor that is switched on. Switch “Total energy” on, on its device page.","energy.none":"Nothing yet in this time. Home Assistant writes its statistics once an hour.","energy.paid":"What was paid","energy.per_kwh":"per kWh","energy.title":"Charged energy","energy.touch":"Choose a bar to see its amount.","faults.card":"State of all wallboxes, and repairs","faults.fault":"Fault since {since}: {detail}","faults.meter_silent":"The house’s meter is silent since {since}. Cars get only what is safe without it.","faults.meter_well":"The house’s meter tells what flows.","faults.not_connected":"Not connected since {since}. Check its power and its network.","faults.now":"Now","faults.open_repairs":"Open repairs","faults.out_of_service":"Out of service since {since}","faults.repairs":"Repairs","faults.silent":"It has not told its state yet.","faults.well":"Works: {detail}","filter.all":"All","filter.everybody":"Everybody","filter.from":"From","filter.measure":"Bars of","filter.owner":"Person or card","filter.period":"Period","filter.to":"To","filter.wallbox":"Wallbox","filter.wallboxes":"Wallboxes (all if empty)","goal.all_days":"None chosen: every day.","goal.amount":"How much","goal.any_starts":"as is cheapest","goal.cancel":"Cancel","goal.change":"Change goal","goal.date":"Date","goal.details":"For sensitive cars","goal.km":"km to add","goal.kwh":"kWh to add","goal.less":"Less","goal.more":"More","goal.new":"New goal","goal.no_date":"Choose a date.","goal.no_number":"“{came}” is no number. Allowed: {least} to {most} {sign}","goal.no_soc":"Nobody tells the car’s state of charge: its battery counts as empty. Choose the entity in the settings of the wallbox.","goal.no_time":"Choose a time.","goal.once":"Once","goal.outside":"{came} is not possible. Allowed: {least} to {most} {sign}","goal.past":"This is in the past. Choose a later time.","goal.percent":"% in the battery","goal.precondition":"Minutes right before","goal.precondition_help":"Charges right before the departure, so that the battery is warm.","goal.repeats":"Every week","goal.save":"Save","goal.starts":"Starts at most","goal.starts_help":"For cars that do not wake up a second time.","goal.time":"Time","goal.today":"Today","goal.tomorrow":"Tomorrow","goal.too_much":"Until then this wallbox can charge {most} at most, even at full power from now on.","goal.unit":"Unit","goal.weekdays":"On which days","goal.when":"By when","hint.away":"Not connected","hint.away_address":"Does it still have Home Assistant’s server address and password?","hint.away_network":"Is it in the network: does its Wi-Fi or cable work?","hint.away_power":"Does the wallbox have power? A restart of it often helps.","hint.away_since":"Not connected since {time}","hint.choose":"Which wallbox?","hint.choose_text":"There are several. Choose one here for now, or for good in the editor of this card.","hint.fault":"The wallbox reports a fault: {fault}","hint.fault_text":"Unplug the car and plug it in again. If the fault remains, switch the wallbox off and on, then ask its installer.","hint.gone":"This wallbox is no longer there","hint.gone_text":"“device: {device}” is none of this Home Assistant’s devices, or it was removed. Choose a wallbox in the editor of this card.","hint.missing":"{field}: there is no entity “{entity}”","hint.missing_text":"It was removed, renamed or is disabled. Choose another one in the editor of this card.","hint.none":"No wallbox yet","hint.none_text":"Add one to the integration EVSE OCPP; this card shows it by itself.","hint.not_loaded":"EVSE OCPP is not running","hint.not_loaded_text":"Home Assistant has not loaded the integration, or it is switched off. The card goes on by itself once it runs.","hint.open_device":"Open the wallbox","hint.open_integration":"Open EVSE OCPP","hint.problem":"{field}: “{came}” is not possible","kind.away":"Not connected","kind.charging":"Charging","kind.fault":"Fault","kind.free":"Available","kind.ready":"Car connected","kind.unknown":"Unknown","kind.waiting":"Waiting","limit.title":"Current limit","modes.title":"Charging mode","month.after":"Month after","month.all_statements":"Statements of all","month.before":"Month before","month.by_owner":"By person and card","month.by_wallbox":"By wallbox","month.card":"A month by person and card, with statements","month.everybody":"all","month.month":"Month","month.none":"Nothing was charged in this month.","month.session":"{count} session","month.sessions":"{count} sessions","month.statement":"Statement of {name} as {format}","month.sun":"{share} from the sun","month.written":"The statements are written:","owner.nobody":"Without a card","part.limit":"Current limit","part.modes":"Charging modes","part.phases":"Phases of the house","part.plan":"Plan","part.session":"Session","part.why":"Why this current","period.all":"All","period.custom":"From … to …","period.days_30":"Last 30 days","period.last_month":"Last month","period.this_month":"This month","period.this_year":"This year","phases.card":"Phases of a house against its fuse","phases.cars":"Cars","phases.choose":"Which house?","phases.empty":"No wallbox at this house yet","phases.empty_text":"Choose the wallboxes in the settings of the site; a new one shows here once it has connected.","phases.export":"Export","phases.exports":"exports {export}","phases.fuse":"Fuse","phases.gone":"This house is no longer there","phases.gone_text":"It was removed from EVSE OCPP, or “site” in this card names another device. Choose the house in the editor of this card.","phases.house":"House","phases.loading":"Loading the house …","phases.meter_lost":"The meter of the house is silent. Cars get only what is safe without it. Check the meter’s entities in Home Assistant.","phases.no_meter":"Nothing measures the house: only what the cars take is shown.","phases.no_site":"This wallbox belongs to no site. Add your house: Settings → Devices & services → EVSE OCPP → Add site.","phases.no_surplus":"Drawn","phases.none":"No house yet","phases.none_text":"Add it with its fuse and meter: Settings → Devices & services → EVSE OCPP → Add site.","phases.of_cars":"cars {cars}","phases.of_fuse":"of {fuse}","phases.over":"{over} above the fuse","phases.price":"Price now","phases.room":"room for {room}","phases.site":"House","phases.sum_only":"The meter tells only the sum: each phase shows an even share of it.","phases.surplus":"Surplus","phases.title":"House and cars","phases.unknown":"house not measured","plan.about":"about {cost}","plan.add":"Add goal","plan.add_amount":"{amount} more","plan.again":"Try again","plan.card":"Charging plan of a wallbox","plan.charges":"charges {times}","plan.edit":"Change {goal}","plan.every_day":"Every day","plan.failed":"The plan could not be loaded: {error}","plan.follow":"Follow the plan","plan.goals":"Goals","plan.house_time":"Times are those of the house ({zone}).","plan.loading":"Loading the plan …","plan.no_prices":"No prices are known: it is charged in time, but not in cheap hours. Choose a price in the settings of the site.","plan.no_site":"A plan needs your house as a site with its prices: Settings → Devices & services → EVSE OCPP → Add site.","plan.none":"No goal yet","plan.none_hint":"Say how much is to be charged by when: the cheapest hours and the sun are used for it.","plan.off_hint":"All goals are switched off or over.","plan.other_mode":"The mode “{mode}” does not follow the plan.","plan.reached":"What is wanted is in already.","plan.ready_by":"Ready by {time}","plan.remove":"Remove {goal}","plan.removed":"Removed: {goal}","plan.title":"Charging plan","plan.undo":"Undo","plan.unmet":"{needed} by {time} are not possible: {possible}.","plan.unmet_ready":"All of it will be in by {time}.","plan.until_amount":"up to {amount}","plan.use":"Plan for {goal}","plan.waiting":"Nothing is planned at the moment","plan.waiting_hint":"It is planned as soon as a car is plugged in and a goal lies ahead.","plan_fold.line":"{energy} by {time}","plan_fold.missed":"Not possible by {time}","plan_fold.none":"None","plan_fold.title":"Plan","problem.entity_of":"Needed is the id of an entity of: {list}.","problem.list":"a list of texts","problem.list_of_roles":"Needed is a list such as “status: sensor.wallbox”.","problem.one_of":"Possible: {list}.","problem.text":"Needed is a text.","problem.yes_no":"Possible: true or false.","problem.yes_no_of":"Needed is true or false for each of: {list}.","ring.offered":"{current} offered","ring.one_phase":"1 phase","ring.phases":"{count} phases","session.cost":"Cost","session.energy":"Energy","session.last":"Last session","session.none":"No session yet","session.now":"This session","session.time":"Duration","session.total":"Total energy","session.unpriced":"A part of its energy had no known price.","sessions.card":"Charging sessions with filters and download","sessions.csv":"Download these sessions as a table (CSV)","sessions.newer":"Newer sessions","sessions.no_document_of_nobody":"There is no document of sessions without a card. Choose everybody.","sessions.no_price":"no price","sessions.none":"No session fits. Choose a longer period, or another wallbox or person.","sessions.older":"Older sessions","sessions.page":"{first}–{last} of {count}","sessions.pages":"Pages","sessions.pdf":"Download these sessions as a document (PDF)","sessions.running":"running","soc.title":"Car battery","source.battery":"Home battery","source.grid":"Grid","source.other":"Energy","source.sun":"Sun","source.unknown":"Source: –","sum.cost":"Cost","sum.energy":"Energy","sum.sun":"From the sun","why.next":"Next change: {time}","why.next_in":"Next change: {time}, in {duration}","why.title":"Why this current","why.unknown":"–"};var ze={en:si},Js=["de","es","fr","it"],Xs=3e3;function un(i){return i.split("-",1)[0]??""}var oi=new Map;function Re(i){let n=un(i);if(!Js.includes(n)||ze[n]!==void 0)return Promise.resolve(!1);let e=oi.get(n)??Qs(n);return oi.set(n,e),e}async function Qs(i){let n=new URL(import.meta.url),e=new URL(`texts/${i}.json${n.search}`,n);try{let t=await fetch(e,{signal:AbortSignal.timeout(Xs)});if(!t.ok)throw new Error(`status ${t.status}`);return ze[i]=await t.json(),!0}catch(t){return console.warn(`EVSE OCPP: no words from ${e.href}, they stay English.`,t),!1}}function $(i){let n=un(i);return ze[n]===void 0&&Re(i).then(e=>e&&dn(document)),(e,t={})=>(ze[n]?.[e]??ze.en?.[e]??e).replace(/\{(\w+)\}/g,(s,o)=>o in t?String(t[o]):s)}function eo(i,n){let e=a=>({select:{mode:"dropdown",options:a}}),t=_t.map(a=>({value:a,label:i(`editor.layout_${a}`)})),s=oe.map(a=>({name:a,selector:{boolean:{}}})),o=Object.keys(Ce).map(a=>({name:a,selector:{entity:{filter:{domain:[...Ce[a]]}}}})),r={type:"expandable"};return[{name:"device",selector:e(n)},{name:"name",selector:{text:{}}},{name:"layout",selector:e(t)},{...r,name:"show",title:i("editor.show"),icon:"mdi:eye-outline",schema:s},{...r,name:"entities",title:i("editor.entities"),icon:"mdi:ev-station",schema:o}]}function to(i){let n=Object.fromEntries(oe.map(t=>[t,!0])),e=i.show;return{layout:"full",...i,show:{...n,...typeof e=="object"&&e!==null?e:{}}}}function no(i){let n={...i},e=(t,s)=>Object.fromEntries(Object.entries(t??{}).filter(([,o])=>s(o)));n.show=e(i.show,t=>t!==!0),n.entities=e(i.entities,t=>t!==void 0&&t!=="");for(let t of["show","entities"])Object.keys(n[t]).length===0&&delete n[t];for(let t of["device","name"])n[t]||delete n[t];return n.layout==="full"&&delete n.layout,n}var He=class extends x{constructor(){super(...arguments);this.written={};this.changed=e=>{e.stopPropagation();let t=no(e.detail.value);q(this,"config-changed",{config:t})}}setConfig(e){this.written=e}shouldUpdate(e){let t=e.get("hass");return e.size>1||!e.has("hass")||t?.devices!==this.hass?.devices||t?.language!==this.hass?.language}render(){let{hass:e}=this;if(e===void 0)return u;let t=$(e.language),s=W(e).map(o=>({value:o,label:D(e,o)||o}));return c`<ha-form
.hass=${e}
.data=${to(this.written)}
.schema=${eo(t,s)}
.computeLabel=${o=>t(io(o.name))}
.computeHelper=${o=>o.name==="device"?t("editor.device_help"):void 0}
@value-changed=${this.changed}
></ha-form>`}};h([b({attribute:!1})],He.prototype,"hass",2),h([y()],He.prototype,"written",2);function io(i){return`${oe.includes(i)?"part":"editor"}.${i}`}var so=1e4;async function ri(){if(customElements.get("ha-form")===void 0){await(await window.loadCardHelpers?.())?.createCardElement({type:"button"}).constructor?.getConfigElement?.();let t=new Promise(s=>setTimeout(s,so));await Promise.race([customElements.whenDefined("ha-form"),t])}if(customElements.get("ha-form")!==void 0)return document.createElement("evse-ocpp-card-editor")}var ai=new WeakMap;function $t(i,n,e){let t=ai.get(i.connection)??new Map;ai.set(i.connection,t);let s=`${n} ${i.language}`,o=t.get(s);o===void 0?(o=oo(i,n),t.set(s,o)):o.error!==null&&o.end===null&&pn(i,n,o);let r=o;return r.listeners.add(e),(r.last!==null||r.error!==null)&&e(r.last,r.error),()=>{r.listeners.delete(e),!(r.listeners.size>0||t.get(s)!==r)&&(t.delete(s),r.close())}}function oo(i,n){let e={listeners:new Set,last:null,error:null,end:null,close:s},t=()=>pn(i,n,e);i.connection.addEventListener?.("ready",t);function s(){i.connection.removeEventListener?.("ready",t),e.end?.then(o=>o()).catch(()=>{})}return pn(i,n,e),e}function pn(i,n,e){let t=()=>e.listeners.forEach(o=>o(e.last,e.error)),s=i.connection.subscribeMessage(o=>{e.end===s&&(e.last=o,e.error=null,t())},{type:"evse_ocpp/subscribe",device_id:n,language:i.language},{resubscribe:!1});e.end=s,s.catch(o=>{e.end===s&&(e.error=typeof o?.code=="string"?o.code:"failed",e.end=null,t())})}var ro=5e3,re=class{constructor(n){this.host=n;this.snapshot=null;this.error=null;this.connected=!1;n.addController(this)}of(n,e){let t=e===this.device&&n.connection===this.hass?.connection&&n.language===this.hass.language;this.hass=n,!t&&(e!==this.device&&(this.snapshot=null,this.error=null),this.device=e,this.restart())}hostConnected(){this.connected=!0,this.restart()}hostDisconnected(){this.connected=!1,this.stop()}restart(){this.stop(),!(!this.connected||this.hass===void 0||this.device===void 0)&&(this.end=$t(this.hass,this.device,(n,e)=>{let t=n!==this.snapshot||e!==this.error;this.snapshot=e===null?n:n??this.snapshot,this.error=e,e!==null&&(this.again??=setTimeout(()=>this.restart(),ro)),t&&this.host.requestUpdate()}))}stop(){clearTimeout(this.again),this.again=void 0,this.end?.(),this.end=void 0}};var ao={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"};function ve(i){return typeof i=="number"&&Number.isFinite(i)}function kt(i,n,e){let t=i.number_format==="none",s=i.number_format==="system"?void 0:t?"en":ao[i.number_format]??i.language,o={...e};return t&&(o.useGrouping=!1),Math.abs(n)>=1e5&&Object.assign(o,{notation:"compact",minimumFractionDigits:0,maximumFractionDigits:1}),new Intl.NumberFormat(s,o).format(n)}function C(i,n,e=1,t=!1){return ve(n)?kt(i,n,{minimumFractionDigits:t?e:0,maximumFractionDigits:e}):"–"}function F(i,n){return ve(n)?Math.abs(n)<999.5?[C(i,n,0),"W"]:[C(i,n/1e3,Math.abs(n)<99950?1:0,!0),"kW"]:["–","kW"]}function E(i,n){if(!ve(n))return["–","kWh"];let e=n/1e3,t=Math.abs(e)<9.995?2:Math.abs(e)<999.95?1:0;return[C(i,e,t,!0),"kWh"]}function U(i,n){return`${C(i,n,1)} A`}function A(i,n,e){return ve(n)?e&&/^[A-Z]{3}$/.test(e)?kt(i,n,{style:"currency",currency:e}):`${C(i,n,2,!0)} ${e??""}`.trim():"–"}function ae(i,n){return ve(n)?kt(i,n,{style:"percent"}):"–"}function St(i,n){if(!ve(n)||n<0)return"–";let e=Math.floor(n/60),[t,s]=[Math.floor(e/1440),Math.floor(e/60)],o=(r,a)=>kt(i,r,{style:"unit",unit:a,unitDisplay:"short"});return t>=2?`${o(t,"day")} ${o(s%24,"hour")}`:s>0?`${o(s,"hour")} ${o(e%60,"minute")}`:o(e,"minute")}function li(i,n){if(!ve(n)||n<0)return["–",""];let e=Math.floor(n/60);return e<60?[String(e),"min"]:e<2*1440?[`${Math.floor(e/60)}:${String(e%60).padStart(2,"0")}`,"h"]:[C(i,e/1440,1),"d"]}function k(i){if(!i)return null;let n=new Date(i);return Number.isNaN(n.getTime())?null:n}function lo({locale:i,config:n}){let e={hour:"2-digit",minute:"2-digit"};return i.time_format==="12"&&(e.hour12=!0),i.time_format==="24"&&(e.hourCycle="h23"),i.time_zone==="server"&&(e.timeZone=n.time_zone),e}function co(i){return i.time_format==="system"?void 0:i.language}function S(i,n,e){if(n===null)return"–";let t=lo(i),s=o=>new Intl.DateTimeFormat("en-CA",{timeZone:t.timeZone}).format(o);return s(n)!==s(e)&&(Math.abs(n.getTime()-e.getTime())<5184e5?t.weekday="short":Object.assign(t,{day:"numeric",month:"short"}),s(n).slice(0,4)!==s(e).slice(0,4)&&(t.year="numeric")),new Intl.DateTimeFormat(co(i.locale),t).format(n)}var Tt="/config/integrations/integration/evse_ocpp";function R(i){return c`<div class="hint ${i.level}" role=${i.level==="info"?"note":"alert"}>
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
</div>`}function Oe(i,n){return{level:"warning",icon:"mdi:pencil-off-outline",title:n("hint.problem",{field:i.field,came:i.came}),text:n(i.allowed,i.values)}}function Ct(i,n,e){let t={path:Tt,text:n("hint.open_integration")};return i.why==="choose"?{level:"info",icon:"mdi:ev-station",title:n("hint.choose"),text:n("hint.choose_text"),buttons:i.devices.map(({id:s,name:o})=>({text:o||s,press:()=>e(s)}))}:i.why==="gone"?{level:"warning",icon:"mdi:ev-plug-type2",title:n("hint.gone"),text:n("hint.gone_text",{device:i.device}),link:t}:{level:"info",icon:"mdi:ev-station",title:n("hint.none"),text:n("hint.none_text"),link:t}}function ci(i,n,e,t,s,o){let r=[];if(!t)r.push({level:"warning",icon:"mdi:puzzle-remove-outline",title:s("hint.not_loaded"),text:s("hint.not_loaded_text"),link:{path:Tt,text:s("hint.open_integration")}});else if(n.away){let a=k(n.away.since);r.push({level:"warning",icon:"mdi:lan-disconnect",title:a?s("hint.away_since",{time:S(i,a,o)}):s("hint.away"),checks:[s("hint.away_power"),s("hint.away_network"),s("hint.away_address")],link:e?{path:`/config/devices/device/${e}`,text:s("hint.open_device")}:void 0})}n.fault!==null&&r.push({level:"error",icon:"mdi:alert",title:s("hint.fault",{fault:n.fault}),text:s("hint.fault_text")});for(let{role:a,entity:l}of n.missing)r.push({level:"warning",icon:"mdi:help-circle-outline",title:s("hint.missing",{field:`entities: ${a}`,entity:l}),text:s("hint.missing_text")});return r}var uo={charging:["charging","c","d","on","charging_normal","charging_active","started"],ready:["preparing","connected","b","ready_to_charge","plugged_in","plugged"],waiting:["suspended_ev","suspended_evse","suspendedev","suspendedevse","awaiting_start","awaiting_authorization","waiting","waiting_for_car","waiting_for_vehicle","paused","scheduled","complete","completed","charge_complete","reserved","finishing","out_of_service","locked","queued"],free:["available","disconnected","a","idle","off","unplugged","not_connected","ready","standby"],fault:["faulted","fault","error","e","f","faulty"]},po=new Map(Object.entries(uo).flatMap(([i,n])=>n.map(e=>[e,i]))),mo=200;function di(i,n){let e=z(i)?i.state.trim().toLowerCase().replace(/[\s-]+/g,"_"):"",t=po.get(e);return t!==void 0?t:n===null?"unknown":n>mo?"charging":e===""?"free":"unknown"}var ho={charging:"mdi:lightning-bolt",ready:"mdi:ev-plug-type2",waiting:"mdi:pause",free:"mdi:ev-station",fault:"mdi:alert",away:"mdi:lan-disconnect",unknown:"mdi:ev-station"};function Et(i){return ho[i]}var fo=["boost","charging","charging_window","connected","current_limit","free_charging","mode"];function At(i,n,e){if(n.device===void 0&&n.entities!==void 0)return{of:"entities",ids:n.entities};let t=W(i),s=n.device??e??(t.length===1?t[0]:void 0);return s===void 0?t.length===0?{of:"nothing",why:"none"}:{of:"nothing",why:"choose",devices:t.map(r=>({id:r,name:D(i,r)}))}:i.devices[s]===void 0?{of:"nothing",why:"gone",device:s}:{of:"device",device:s,ids:{...go(i,s),...ye(i,s)}}}function go(i,n){let e=i.devices[n]?.via_device_id;if(!e)return{};let t=ye(i,e);return Object.fromEntries(fo.map(s=>[s,t[s]]))}var bo=.5,yo=230,vo=[3700,7400,11e3,22e3,5e4,15e4,35e4];function ui(i,n,e,t,s=!0){let{ids:o}=e,r=Es=>mn(i,o[Es]),a=e.of==="device"?e.device:void 0,l=r("status"),d=s?wo(r("connected"),t):{since:null},p=s?Ao(r("boost"),t,r("boost_until")):null,m=d?null:t?.power_w??No(r("power")),f=_o(r,t),g=To(r("current_limit")),_=t?.maximum_a??g?.max_a??null,P=d?null:$o(f),w=d?"away":di(l,m),Ln=t?.fault??null;return{name:xo(i,n,a,t,o),kind:Ln!==null&&w!=="away"?"fault":w,status:z(l)&&!d?i.formatEntityState(l):"",main:o.status??o.power??o.charging,power_w:m,current_a:P,phases:ko(f),maximum_a:_,offered_a:t?.offered_a??null,share:So(m,P,_),limit:g,modes:Co(i,r("mode")),charging:Eo(r("charging")),startable:a!==void 0&&!d&&l?.state==="preparing",session:t?t.session:Ro(r,w),total_wh:rt(r("energy")),soc_percent:d?null:Ho(r("soc")),why:t?.why??zo(r("why")),boost:p,plan:t?.plan??null,site:t?.site??null,has_site:t?t.site!==null:p!==null,away:d,fault:Ln,missing:Oo(i,e)}}function pi(i,n){return Object.values(n).map(e=>mn(i,e))}function mn(i,n){return n===void 0?void 0:i.states[n]}function xo(i,n,e,t,s){if(n.name!==void 0)return n.name;if(e!==void 0)return D(i,e)||t?.name||"";let o=mn(i,s.status??s.power??Object.values(s)[0]),r=o&&i.entities[o.entity_id]?.device_id,a=o?.attributes.friendly_name;return r&&D(i,r)||(typeof a=="string"?a:"")}function wo(i,n){return i?.state==="off"?{since:i.last_changed}:i?.state==="on"?null:n!==null&&!n.connected?{since:null}:null}function _o(i,n){return n?.currents_a.some(t=>t!==null)?n.currents_a:["current_l1","current_l2","current_l3","current"].map(t=>Ae(i(t)))}function $o(i){let n=i.filter(e=>e!==null);return n.length>0?Math.max(...n):null}function ko(i){let n=i.filter(e=>e!==null);return n.length>1?n.filter(e=>e>bo).length:null}function So(i,n,e){let t=o=>Math.min(1,Math.max(0,o));if(n!==null&&e!==null&&e>0)return t(n/e);if(i===null||i<=0)return 0;if(e!==null&&e>0){let o=e*yo;return t(i/(i>o*1.1?3*o:o))}let s=vo.find(o=>o>=i)??i;return t(i/s)}function To(i){if(i===void 0||i.state==="unavailable")return null;let n=(r,a)=>{let l=Number(i.attributes[r]??Number.NaN);return Number.isFinite(l)?l:a},e=n("min",6),t=n("max",32);if(t<=e)return null;let s=n("step",1),o=s>0?s:1;return{entity:i.entity_id,value_a:Ae(i),min_a:e,max_a:t,step_a:o}}function Co(i,n){let e=n?.attributes.options;if(n===void 0||n.state==="unavailable"||!Array.isArray(e))return null;let t=e.filter(s=>typeof s=="string");return{entity:n.entity_id,chosen:t.includes(n.state)?n.state:null,options:t.map(s=>({value:s,label:i.formatEntityState(n,s)}))}}function Eo(i){return z(i)?{entity:i.entity_id,on:i.state==="on"}:null}function Ao(i,n,e){if(i===void 0||i.state==="unavailable")return null;let t=n?.boost_until??(z(e)?e.state:null);return{entity:i.entity_id,until:t}}function zo(i){if(!z(i))return null;let n=i.attributes.key;return{key:typeof n=="string"?n:"",sentence:i.state,then:null,next_change:null}}function Ro(i,n){let e=rt(i("session_energy"));if(e===null)return null;let t=i("session_start"),s=i("session_cost"),o=Lo(i("session_duration")),r=o===null?"":new Date(Date.now()-o*1e3).toISOString(),a=s?.attributes.unit_of_measurement;return{running:n==="charging"||n==="waiting",started_at:z(t)?t.state:r,ended_at:null,energy_wh:e,cost:Ae(s),currency:typeof a=="string"?a:null,unpriced_wh:0,sun_wh:rt(i("session_sun_energy")),battery_wh:rt(i("session_battery_energy")),grid_wh:rt(i("session_grid_energy")),co2_g:null,card:z(i("session_card"))?i("session_card")?.state??null:null,person:null}}function Ho(i){let n=Ae(i);return n!==null&&n>=0&&n<=100?n:null}function Oo(i,n){return n.of!=="entities"?[]:Object.entries(n.ids).filter(([,e])=>i.states[e]===void 0).map(([e,t])=>({role:e,entity:t}))}var Po={mW:.001,W:1,kW:1e3,MW:1e6},Mo={Wh:1,kWh:1e3,MWh:1e6},Do={s:1,min:60,h:3600,d:86400};function hn(i,n,e){let t=Ae(i);return t===null?null:t*(n[String(i?.attributes.unit_of_measurement)]??e)}var No=i=>hn(i,Po,1),rt=i=>hn(i,Mo,1e3),Lo=i=>hn(i,Do,60);var Wo={off:"mdi:power",fast:"mdi:flash",window:"mdi:clock-outline",solar:"mdi:white-balance-sunny",minimum_solar:"mdi:weather-partly-cloudy",cheap:"mdi:cash-clock",plan:"mdi:calendar-clock",eco:"mdi:leaf",pv:"mdi:white-balance-sunny",minpv:"mdi:weather-partly-cloudy",now:"mdi:flash"};function mi(i,n,e=!1){let t=n.busy??i.chosen,s=t??i.options[0]?.value;return c`<div
class="modes ${e?"icons":""}"
style="--columns:${Fo(i.options.length)}"
role="radiogroup"
aria-label=${n.label}
aria-busy=${n.busy!==null}
@keydown=${jo}
>
${i.options.map(({value:o,label:r})=>c`<button
type="button"
role="radio"
class=${o===n.busy?"busy":""}
data-mode=${o}
aria-checked=${o===t}
aria-label=${e?r:u}
title=${e?r:u}
tabindex=${o===s?0:-1}
@click=${()=>o!==t&&n.choose(o)}
>
<ha-icon .icon=${Wo[o]??"mdi:ev-station"}></ha-icon>
${e?u:c`<span>${r}</span>`}
</button>`)}
</div>`}function Fo(i){return i<=4?Math.max(1,i):i%4===0||i%4===3?4:3}function Uo(i,n){return i==="ArrowDown"?1:i==="ArrowUp"?-1:i==="ArrowRight"?n?-1:1:i==="ArrowLeft"?n?1:-1:0}function jo(i){let n=i.currentTarget,e=Uo(i.key,getComputedStyle(n).direction==="rtl");if(e===0)return;i.preventDefault();let t=[...n.querySelectorAll("[role=radio]")],s=t.indexOf(i.target);t[(s+e+t.length)%t.length]?.focus()}var zt=200,at=86,fi=45,Io=360-2*fi;function Rt(i,n=at){let e=(90+fi+i*Io)*Math.PI/180,t=s=>Math.round(s*100)/100;return[t(zt/2+n*Math.cos(e)),t(zt/2+n*Math.sin(e))]}var[Bo,Go]=[Rt(0),Rt(1)],hi=`M${Bo.join(" ")} A${at} ${at} 0 1 1 ${Go.join(" ")}`;function Ko(i){if(i.maximum_a===null||i.maximum_a<=0)return null;let n=i.limit?.value_a??null;return n===null||n>=i.maximum_a?null:Math.max(0,n/i.maximum_a)}function fn(i){let n=Ko(i),[e,t]=n===null?[]:[Rt(n,at-11),Rt(n,at+11)],s=Math.round(i.share*1e3)/10;return c`<svg class="arc" viewBox="0 0 ${zt} ${zt}" aria-hidden="true">
<path class="track" d=${hi} />
${s>0?se`<path class="value" d=${hi} pathLength="100" stroke-dasharray="${s} 200" />`:u}
${e&&t?se`<line class="mark-gap" x1=${e[0]} y1=${e[1]} x2=${t[0]} y2=${t[1]} />
<line class="mark" x1=${e[0]} y1=${e[1]} x2=${t[0]} y2=${t[1]} />`:u}
</svg>`}function gi(i,n,e,t){let[s,o]=F(i.locale,n.power_w),r=n.kind==="charging"||(n.power_w??0)>0,a=n.status||e(`kind.${n.kind}`),l=n.maximum_a;return c`<div class="dial">
<button
class="ring ${n.kind}"
type="button"
?disabled=${n.main===void 0}
@click=${t}
>
${fn(n)}
<span class="inner">
<ha-icon class="state" .icon=${Et(n.kind)}></ha-icon>
${r?c`<bdi class="big">${s} <small>${o}</small></bdi>
<span class="detail">${a}</span>`:c`<span class="word">${a}</span>`}
<bdi class="detail">${qo(i,n,e)}</bdi>
</span>
</button>
${l===null?u:c`<div class="ends" aria-hidden="true">
<span>0</span><span>${C(i.locale,l,0)} A</span>
</div>`}
</div>`}function qo(i,n,e){if(n.kind==="away")return"";if(n.current_a!==null&&n.current_a>0){let t=n.phases===null||n.phases===0?"":n.phases===1?e("ring.one_phase"):e("ring.phases",{count:n.phases});return[U(i.locale,n.current_a),t].filter(Boolean).join(" · ")}return n.offered_a!==null&&n.kind!=="free"?e("ring.offered",{current:U(i.locale,n.offered_a)}):n.power_w===null&&n.kind==="charging"?"–":""}function Vo(i,n){let[e,t]=[k(i.started_at),k(i.ended_at)??n];return e===null?null:Math.max(0,(t.getTime()-e.getTime())/1e3)}var Yo=.005;function Zo(i){let n={sun:i.sun_wh,battery:i.battery_wh,grid:i.grid_wh};if(i.sun_wh===null)return[];let e=Object.entries(n).filter(([,s])=>s!==null&&s>0),t=e.reduce((s,[,o])=>s+o,0);return e.map(([s,o])=>({key:s,wh:o,share:o/t})).filter(s=>s.share>=Yo)}function Jo(i){let n=i.map(t=>Math.round(t.share*100)),e=n.slice(0,-1).reduce((t,s)=>t+s,0);return n.map((t,s)=>s===n.length-1?100-e:t)}var Xo={sun:"mdi:white-balance-sunny",battery:"mdi:home-battery",grid:"mdi:transmission-tower"};function bi(i,n,e,t){let s=n.session,[o,r]=E(i.locale,s?.energy_wh),a=s===null?"session.none":s.running?"session.now":"session.last",l=s!==null&&s.cost!==null&&s.unpriced_wh>0;return c`<div class="session" role="group" aria-label=${e(a)}>
<header><span>${e(a)}</span><span>${s===null?u:Qo(i,s,t)}</span></header>
<dl>
${Ht(e("session.energy"),o,r)}
${Ht(e("session.time"),...s===null?["–"]:li(i.locale,Vo(s,t)))}
${Ht(e("session.cost"),A(i.locale,s?.cost,s?.currency),"",l?e("session.unpriced"):"")}
</dl>
${n.has_site?er(i,s,e):u}
</div>`}function Qo(i,n,e){let t=n.running?null:n.person??n.card,s=k(n.started_at),o=s===null?"":S(i,s,e);return c`<bdi>${t??""}</bdi>${t&&o?" · ":""}${o}`}function yi(i,n,e){if(n.total_wh===null)return u;let[t,s]=E(i.locale,n.total_wh);return c`<dl class="session">${Ht(e("session.total"),t,s)}</dl>`}function Ht(i,n="–",e="",t=""){return c`<div title=${t||u}>
<dd><bdi>${n}${e?c` <small>${e}</small>`:u}${t?"*":u}</bdi></dd>
<dt>${i}</dt>
</div>`}function er(i,n,e){let t=n===null?[]:Zo(n),s=Jo(t),o=t.map((r,a)=>`${e(`source.${r.key}`)} ${ae(i.locale,(s[a]??0)/100)}`);return c`<div class="sources">
<div class="bar" aria-hidden="true">
${t.map(r=>c`<i class=${r.key} style="flex-grow:${r.share}"></i>`)}
</div>
<ul>
${t.length===0?c`<li>${e("source.unknown")}</li>`:t.map((r,a)=>c`<li class=${r.key}>
<ha-icon .icon=${Xo[r.key]}></ha-icon>${o[a]}
</li>`)}
</ul>
</div>`}var vi=v`.modes{display:flex;flex-wrap:wrap;gap:4px;padding:4px;border-radius:14px;background:var(--tint)}.modes button{display:grid;flex:1 1 calc(100% / var(--columns) - 4px);box-sizing:border-box;min-block-size:60px;padding:6px 4px;place-content:center;justify-items:center;gap:2px;border-radius:10px;color:var(--secondary-text-color);font-size:0.8125rem;line-height:1.25;overflow-wrap:anywhere;transition:background-color 0.18s ease}.modes button:hover{background:var(--tint)}.modes button[aria-checked="true"]{background:color-mix( in srgb,var(--primary-color) 16%,var(--ha-card-background,var(--card-background-color,#fff)) );box-shadow:0 1px 3px rgb(0 0 0 / 16%);color:var(--primary-text-color);font-weight:500}.modes button[aria-checked="true"] ha-icon{color:var(--primary-color)}.modes .busy ha-icon{animation:breathe 1s ease-in-out infinite}.modes.icons{gap:0;padding:2px}.modes.icons button{flex:1 1 44px;min-block-size:44px;padding:0}.actions{display:flex;flex-wrap:wrap;gap:8px}.action,.ways button,.ways a{display:inline-flex;align-items:center;justify-content:center;gap:8px;min-block-size:44px;min-inline-size:44px;padding:0 16px;border-radius:22px;background:color-mix(in srgb,var(--primary-color) 14%,transparent);color:var(--primary-text-color);font-size:0.875rem;font-weight:500;text-decoration:none;box-sizing:border-box}.actions .action{flex:1}.action ha-icon{--mdc-icon-size:20px;color:var(--primary-color)}.action.on{background:color-mix(in srgb,var(--warning-color,#ffa600) 24%,transparent)}.action.on ha-icon{color:inherit}.action[aria-busy="true"] ha-icon{animation:breathe 1s ease-in-out infinite}`,xi=v`.compact{display:grid;grid-template-columns:minmax(0,1fr);gap:10px;padding:10px 12px}.line{display:flex;align-items:center;gap:12px;min-block-size:52px}.ring.small{flex:none;inline-size:52px}.small .track,.small .value{stroke-width:20}.small .mark-gap{display:none}.small .mark{stroke-width:8}.small .state{--mdc-icon-size:22px}.names{flex:1;min-inline-size:0}.names h2{font-size:1rem}.names p{overflow:hidden;color:var(--secondary-text-color);font-size:0.875rem;line-height:1.4;text-overflow:ellipsis;white-space:nowrap}.line .action{padding:0}`;var wi=v`.dial{position:relative;inline-size:min(100%,248px);margin:-8px auto -22px}.ring{position:relative;display:grid;inline-size:100%;aspect-ratio:1;padding:0;place-items:center;border-radius:50%}.ring:disabled{cursor:default}.arc{position:absolute;inset:0;inline-size:100%;block-size:100%;fill:none;stroke-linecap:round}.track,.value{stroke-width:14}.track{stroke:color-mix(in srgb,var(--primary-text-color) 10%,transparent)}.value{stroke:var(--of-state);transition:stroke-dasharray 0.6s ease}.mark{stroke:var(--primary-text-color);stroke-width:4}.mark-gap{stroke:var(--ha-card-background,var(--card-background-color,#fff));stroke-width:10;stroke-linecap:butt}.inner{position:relative;display:grid;max-inline-size:66%;justify-items:center;gap:2px;text-align:center}.state{--mdc-icon-size:28px;color:var(--of-state)}.charging .state{animation:breathe 2.4s ease-in-out infinite}.big{font-size:2.5rem;font-weight:400;line-height:1.15;font-variant-numeric:tabular-nums;white-space:nowrap}.big small{margin-inline-start:-4px;color:var(--secondary-text-color);font-size:1rem}.word{font-size:1.25rem;line-height:1.3;overflow-wrap:anywhere}.detail{display:block;min-block-size:1.4em;color:var(--secondary-text-color);font-size:0.875rem;line-height:1.4}.ends{position:absolute;inset-inline:19%;inset-block-end:3%;display:flex;justify-content:space-between;color:var(--secondary-text-color);font-size:0.75rem;direction:ltr}.session header{display:flex;justify-content:space-between;gap:12px;min-block-size:24px;color:var(--secondary-text-color);font-size:0.875rem;line-height:24px}.chip bdi{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}dl{display:grid;grid-auto-columns:minmax(0,1fr);grid-auto-flow:column;margin-block-start:4px;border-radius:12px;background:var(--tint)}dl div{display:grid;min-inline-size:0;padding:10px 8px;justify-items:center}dl div + div{border-inline-start:1px solid var(--ha-card-background,var(--card-background-color,#fff))}dd{max-inline-size:100%;overflow:hidden;font-size:1.0625rem;font-weight:500;font-variant-numeric:tabular-nums;line-height:1.4;text-overflow:ellipsis;white-space:nowrap}dd small{color:var(--secondary-text-color);font-size:0.75rem;font-weight:400}dt{order:2;color:var(--secondary-text-color);font-size:0.75rem}.sources{margin-block-start:12px}.bar{display:flex;gap:2px;block-size:8px;overflow:hidden;border-radius:4px;background:color-mix(in srgb,var(--primary-text-color) 10%,transparent)}.bar i{flex:0 1 0;min-inline-size:3px}i.sun{background:var(--sun)}i.battery{background:var(--battery)}i.grid{background:var(--grid)}.sources ul{display:flex;flex-wrap:wrap;gap:0 16px;min-block-size:24px;margin-block-start:6px;color:var(--secondary-text-color);font-size:0.8125rem;line-height:24px;list-style:none;font-variant-numeric:tabular-nums}.sources li{display:inline-flex;align-items:center;gap:4px;--mdc-icon-size:16px}.sources li.sun ha-icon{color:var(--sun)}.sources li.battery ha-icon{color:var(--battery)}.sources li.grid ha-icon{color:var(--grid)}.why{display:flex;align-items:center;gap:12px;min-block-size:4.2em;padding:12px;border-radius:12px;background:color-mix(in srgb,var(--of-state) 10%,transparent);line-height:1.4;box-sizing:border-box}.why ha-icon{flex:none;color:var(--of-state)}.why .then{margin-block-start:2px;color:var(--secondary-text-color);font-size:0.875rem}`;var tr=v`:host{--of-state:var(--secondary-text-color);--tint:color-mix(in srgb,var(--primary-text-color) 5%,transparent);--sun:var(--energy-solar-color,#ff9800);--battery:var(--energy-battery-out-color,#4db6ac);--grid:var(--energy-grid-consumption-color,#488fc2);display:block}ha-card{container-type:inline-size;overflow:hidden;color:var(--primary-text-color)}.charging{--of-state:var(--success-color,#43a047)}.ready{--of-state:var(--primary-color)}.waiting{--of-state:var(--warning-color,#ffa600)}.fault{--of-state:var(--error-color,#db4437)}h2,p,dl,dd,ul{margin:0;padding:0}h2{overflow:hidden;font-size:1.125rem;font-weight:500;line-height:1.3;text-overflow:ellipsis;white-space:nowrap}button{font:inherit;color:inherit;border:0;background:none;cursor:pointer;-webkit-tap-highlight-color:transparent}button:focus-visible,a:focus-visible{outline:2px solid var(--primary-color);outline-offset:2px}button[aria-busy="true"]{cursor:progress}.full{display:flex;flex-direction:column;gap:16px;padding:16px}.columns,.column{display:grid;grid-template-columns:minmax(0,1fr);gap:16px;align-content:start;min-inline-size:0}.hints:empty{display:none}.hints,.bare{display:grid;grid-template-columns:minmax(0,1fr);gap:8px}.bare{padding:16px}.head{display:flex;align-items:center;gap:8px;min-block-size:32px}.head h2{flex:1}.chip{display:inline-flex;flex:none;align-items:center;gap:6px;max-inline-size:45%;padding-block:4px;padding-inline:8px 12px;border-radius:16px;background:var(--tint);font-size:0.875rem;line-height:24px;box-sizing:border-box;--mdc-icon-size:18px}.hint{--level:var(--info-color,#039be5);display:flex;gap:12px;padding:12px;border-radius:12px;background:color-mix(in srgb,var(--level) 12%,transparent);line-height:1.4;overflow-wrap:anywhere}.hint.warning{--level:var(--warning-color,#ffa600)}.hint.error{--level:var(--error-color,#db4437)}.hint > ha-icon{flex:none;color:var(--level)}.hint > div{min-inline-size:0}.hint strong{font-weight:500}.hint p,.hint ul{margin-block-start:4px;font-size:0.875rem}.hint ul{padding-inline-start:18px}.ways{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:8px}.phases{padding-block-start:16px;border-block-start:1px solid var(--divider-color)}.phases.loading{min-block-size:203px}.plan{margin-block-end:-8px;border-block-start:1px solid var(--divider-color)}.fold{display:flex;align-items:center;gap:12px;inline-size:100%;min-block-size:52px;margin-block-start:4px;padding:0;border-radius:8px;text-align:start}.fold ha-icon{flex:none;color:var(--secondary-text-color)}.fold .title{font-weight:500}.fold .summary{flex:1;min-inline-size:0;overflow:hidden;color:var(--secondary-text-color);font-size:0.875rem;text-align:end;text-overflow:ellipsis;white-space:nowrap}.fold .missed{color:var(--error-color)}.chevron{transition:rotate 0.2s ease}.fold[aria-expanded="true"] .chevron{rotate:180deg}#plan:not([hidden]){padding-block:4px 12px}@container (min-width:620px){.full .columns{grid-template-columns:minmax(260px,5fr) minmax(300px,7fr);gap:24px}}@keyframes breathe{50%{opacity:0.45}}@media (prefers-reduced-motion:reduce){*{animation:none !important;transition:none !important}}@media (forced-colors:active){.modes button[aria-checked="true"]{outline:2px solid Highlight}.value,.bar i{forced-color-adjust:none}}`,Me=[tr,wi,vi,xi];function Ot(i){let[n]=W(i);return n===void 0?{}:{device:n}}function _i(i,n){let e=i.entities[n];return e?.platform!==M||!e.device_id||!W(i).includes(e.device_id)?null:{config:{type:"custom:evse-ocpp-card",device:e.device_id}}}var nr=6*3600;function $i(i,n,e,t){let s=n.why;return c`<div class="why" role="group" aria-label=${e("why.title")}>
<ha-icon icon="mdi:information-outline"></ha-icon>
<div>
<p role="status"><bdi>${s?.sentence||e("why.unknown")}</bdi></p>
${s===null?u:ir(i,s.then,k(s.next_change),e,t)}
</div>
</div>`}function ir(i,n,e,t,s){if(n!==null)return c`<p class="then"><bdi>${n}</bdi></p>`;if(e===null||e<=s)return u;let o=(e.getTime()-s.getTime())/1e3,r=S(i,e,s),a=o<nr;return c`<p class="then">
${t(a?"why.next_in":"why.next",{time:r,duration:St(i.locale,o)})}
</p>`}var sr=3e4,le=class extends x{constructor(){super(...arguments);this.config=Q({});this.planOpen=!1;this.following=new re(this);this.doing=new K(this);this.seen=[];this.sendLimit=e=>{let t=this.found?.of==="nothing"?void 0:this.found?.ids.current_limit;return t===void 0?Promise.resolve(!1):this.act("limit","set_value",t,{value:e})}}static{this.styles=Me}static{this.getConfigElement=ri}static{this.getStubConfig=Ot}setConfig(e){this.config=Q(e)}getCardSize(){return this.config.layout==="compact"?3:9}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}connectedCallback(){super.connectedCallback(),this.tick=setInterval(()=>this.timePasses(),sr)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.tick)}timePasses(){let{snapshot:e}=this.following;(e?.session?.running||e?.why?.next_change)&&this.requestUpdate()}shouldUpdate(e){let t=this.hass;if(t===void 0)return!1;let s=e.get("hass"),o=s!==void 0&&s.entities===t.entities&&s.devices===t.devices&&s.language===t.language&&s.locale===t.locale&&s.formatEntityState===t.formatEntityState,r=o&&!e.has("config")&&!e.has("chosen")?this.found:void 0;this.found=r??At(t,this.config,this.chosen),this.following.of(t,this.found.of==="device"?this.found.device:void 0);let a=this.found.of==="nothing"?[]:pi(t,this.found.ids),{following:l,doing:d}=this,p=[l.snapshot,l.error,d.busy,d.error,...a],m=p.length===this.seen.length&&p.every((f,g)=>f===this.seen[g]);return this.seen=p,!(o&&m&&e.size===1&&e.has("hass"))}render(){let{hass:e,config:t,found:s}=this;if(e===void 0||s===void 0)return u;let o=$(e.language),r=t.problems.map(_=>R(Oe(_,o)));if(s.of==="nothing")return c`<ha-card><div class="bare">${r}${R(Ct(s,o,P=>this.chosen=P))}</div></ha-card>`;let{snapshot:a,error:l}=this.following,d=l!=="not_loaded"&&a?.loaded!==!1,p=ui(e,t,s,a,d),m=new Date,f=s.of==="device"?s.device:void 0,g=c`${r}${ci(e,p,f,d,o,m).map(R)}${this.failure(o)}`;return c`<ha-card class=${p.kind}>
${t.layout==="compact"?this.compact(e,p,o,g):this.full(e,p,o,g,d,m)}
</ha-card>`}full(e,t,s,o,r,a){let l=m=>this.config.show[m],d=this.found?.of==="device",{snapshot:p}=this.following;return c`<div class="full">
${this.head(e,t,s)}
<div class="hints">${o}</div>
<div class="columns">
<div class="column">
${gi(e,t,s,()=>this.more(t.main))}
${l("session")?d||t.session?bi(e,t,s,a):yi(e,t,s):u}
</div>
<div class="column">
${l("why")&&(d?r:t.why)?$i(e,t,s,a):u}
${l("modes")?this.modes(t,s):u}
${l("limit")?this.limit(e,t,s):u}
${this.actions(e,t,s,a)}
</div>
</div>
${l("phases")&&t.has_site?c`<div class="phases ${p===null?"loading":""}">
<evse-ocpp-phases .hass=${e} .snapshot=${p} .texts=${s}></evse-ocpp-phases>
</div>`:u}
${l("plan")&&t.has_site?this.plan(e,t,s,a):u}
</div>`}compact(e,t,s,o){let r=f=>this.config.show[f],[a,l]=F(e.locale,t.power_w),[d,p]=E(e.locale,t.session?.energy_wh),m=[t.status||s(`kind.${t.kind}`),t.kind==="charging"?`${a} ${l}`:"",t.session?.running?`${d} ${p}`:""];return c`<div class="compact">
<div class="line">
<button class="ring small ${t.kind}" type="button" aria-label=${s("card.more")} @click=${()=>this.more(t.main)}>
${fn(t)}<span class="inner"><ha-icon class="state" .icon=${Et(t.kind)}></ha-icon></span>
</button>
<div class="names">
<h2><bdi>${t.name||s("card.name")}</bdi></h2>
<p><bdi>${m.filter(Boolean).join(" · ")}</bdi></p>
</div>
${this.actions(e,t,s,new Date,!0)}
</div>
${o}
${r("modes")?this.modes(t,s,!0):u}
${r("limit")?this.limit(e,t,s,!0):u}
</div>`}head(e,t,s){let o=t.soc_percent===null?null:ae(e.locale,t.soc_percent/100),r=t.session?.running?t.session.person??t.session.card:null;return c`<header class="head">
<h2><bdi>${t.name||s("card.name")}</bdi></h2>
${o===null?u:c`<span class="chip" role="img" aria-label="${s("soc.title")}: ${o}" title=${s("soc.title")}>
<ha-icon icon="mdi:car-battery"></ha-icon><bdi>${o}</bdi>
</span>`}
${r?c`<span class="chip"><ha-icon icon="mdi:account"></ha-icon><bdi>${r}</bdi></span>`:u}
</header>`}modes(e,t,s=!1){let o=e.modes;if(o===null)return u;let r=this.doing.busy?.startsWith("mode ")?this.doing.busy.slice(5):null,a=l=>{this.act(`mode ${l}`,"select_option",o.entity,{option:l})};return mi(o,{label:t("modes.title"),busy:r,choose:a},s)}limit(e,t,s,o=!1){let r=t.limit;return r===null?u:c`<evse-ocpp-limit
.limit=${r}
.locale=${e.locale}
.label=${s("limit.title")}
.send=${this.sendLimit}
?compact=${o}
></evse-ocpp-limit>`}actions(e,t,s,o,r=!1){let a=[],{charging:l,boost:d}=t;if(l&&(t.startable||t.modes===null)){let p=t.startable||!l.on,m=()=>{this.act("charging",p?"turn_on":"turn_off",l.entity)},f=s(p?"act.start":"act.pause");a.push(this.action("charging",p?"mdi:play":"mdi:pause",f,m,r))}if(d){let p=k(d.until),m=p!==null&&p>o,f=m?s("act.boosting",{time:S(e,p,o)}):s("act.boost"),g=()=>m?this.endBoost():void this.act("boost","press",d.entity),_=m?"mdi:rocket-launch":"mdi:rocket-launch-outline";a.push(this.action("boost",_,f,g,r,m?s("act.boost_end"):""))}return a.length>0?c`<div class="actions">${a}</div>`:u}action(e,t,s,o,r,a=""){let l=a?`${s}: ${a}`:s;return c`<button
type="button"
class="action ${a?"on":""}"
data-action=${e}
aria-busy=${this.doing.busy===e}
aria-label=${r||a?l:u}
title=${r||a?l:u}
@click=${o}
>
<ha-icon .icon=${t}></ha-icon>${r?u:c`<span>${s}</span>`}
${a&&!r?c`<ha-icon icon="mdi:close"></ha-icon>`:u}
</button>`}endBoost(){let t={device_id:this.found?.of==="device"?this.found.device:void 0,duration:{seconds:0}};this.doing.run("boost",async()=>this.hass?.callService(M,"boost",t,void 0,!1))}plan(e,t,s,o){let{snapshot:r}=this.following,a=this.planOpen;return c`<div class="plan">
<button
type="button"
class="fold"
aria-expanded=${a}
aria-controls="plan"
@click=${()=>this.planOpen=!a}
>
<ha-icon icon="mdi:calendar-clock"></ha-icon>
<span class="title">${s("plan_fold.title")}</span>
<span class="summary ${t.plan&&!t.plan.met?"missed":""}">${or(e,t,s,o)}</span>
<ha-icon class="chevron" icon="mdi:chevron-down"></ha-icon>
</button>
<div id="plan" ?hidden=${!a}>
${a?c`<evse-ocpp-plan .hass=${e} .snapshot=${r} .texts=${s}></evse-ocpp-plan>`:u}
</div>
</div>`}failure(e){let t=this.doing.error;if(t===null)return u;let s=()=>this.doing.forget(),o=[{text:e("act.dismiss"),press:s}],r=t||e("act.failed");return R({level:"error",icon:"mdi:alert-circle-outline",title:r,buttons:o})}async act(e,t,s,o={}){let r=s.split(".",1)[0]??"",a=async()=>this.hass?.callService(r,t,{entity_id:s,...o},void 0,!1);return this.doing.run(e,a)}more(e){e!==void 0&&q(this,"hass-more-info",{entityId:e})}};h([b({attribute:!1})],le.prototype,"hass",2),h([y()],le.prototype,"config",2),h([y()],le.prototype,"chosen",2),h([y()],le.prototype,"planOpen",2);function or(i,n,e,t){if(n.plan===null)return e("plan_fold.none");let s=S(i,k(n.plan.due),t);if(!n.plan.met)return e("plan_fold.missed",{time:s});let[o,r]=E(i.locale,n.plan.needed_kwh*1e3);return e("plan_fold.line",{energy:`${o} ${r}`,time:s})}async function ki(i){await customElements.whenDefined("home-assistant"),await Re(ce());for(let[n,e]of Object.entries(i))customElements.get(n)===void 0&&customElements.define(n,e)}function ce(){return document.querySelector("home-assistant")?.hass?.language??rr()??(document.documentElement.lang||navigator.language)}function rr(){try{let i=JSON.parse(localStorage.getItem("selectedLanguage")??"null");return typeof i=="string"?i:navigator.language}catch{return}}var ar=400,lr=2e3,N=class extends x{constructor(){super(...arguments);this.label="";this.disabled=!1;this.compact=!1;this.wanted=null;this.telling=!1;this.moved=e=>{this.wanted=Number(e.target.value),clearTimeout(this.timer),this.timer=void 0};this.letGo=()=>{clearTimeout(this.timer),this.timer=setTimeout(()=>{this.tell()},ar)}}static{this.shadowRootOptions={...x.shadowRootOptions,delegatesFocus:!0}}shouldUpdate(e){if(e.size>1||!e.has("limit"))return!0;let t=e.get("limit");return t===void 0||JSON.stringify(t)!==JSON.stringify(this.limit)}willUpdate(){!this.telling&&this.timer===void 0||!this.telling&&this.wanted===this.limit.value_a&&this.settle()}disconnectedCallback(){super.disconnectedCallback(),this.settle()}render(){let{min_a:e,max_a:t,step_a:s,value_a:o}=this.limit,r=this.wanted??o,a=((r??e)-e)/(t-e),l=U(this.locale,r);return c`
<div class="row ${this.compact?"compact":""}" aria-busy=${this.telling}>
<span class="head">
<span id="label">${this.label}</span>
<output class=${this.wanted===null?"":"wanted"}>
${this.telling?c`<i class="spin"></i>`:u}<bdi>${l}</bdi>
</output>
</span>
<span
class="slider ${r===null?"unknown":""}"
style="--share:${Math.min(1,Math.max(0,a))}"
>
<span class="fill"></span>
<input
type="range"
aria-label=${this.label}
aria-valuetext=${l}
min=${e}
max=${t}
step=${s}
.value=${String(r??e)}
?disabled=${this.disabled}
@input=${this.moved}
@change=${this.letGo}
/>
</span>
</div>
`}async tell(){this.timer=void 0;let e=this.wanted;if(e===null||e===this.limit.value_a){this.settle();return}this.telling=!0;let t=await this.send(e);this.telling=!1,this.wanted===e&&(!t||this.limit.value_a===e?this.settle():this.timer=setTimeout(()=>this.settle(),lr))}settle(){clearTimeout(this.timer),this.timer=void 0,this.wanted=null}static{this.styles=v`:host{display:block}.head{display:flex;justify-content:space-between;align-items:baseline;gap:8px;margin-block-end:6px;color:var(--secondary-text-color);font-size:0.875rem}output{display:inline-flex;align-items:center;gap:8px;color:var(--primary-text-color);font-size:1rem;font-weight:500;font-variant-numeric:tabular-nums}.slider{position:relative;display:block;block-size:44px;border-radius:12px;overflow:hidden;background:color-mix(in srgb,var(--primary-color) 16%,transparent)}.fill{position:absolute;inset-block:0;inset-inline-start:0;inline-size:calc(20px + var(--share) * (100% - 20px));border-start-end-radius:8px;border-end-end-radius:8px;background:var(--primary-color)}.fill::after{content:"";position:absolute;inset-block:12px;inset-inline-end:8px;inline-size:4px;border-radius:2px;background:var(--card-background-color,#fff)}.unknown .fill{display:none}input{position:absolute;inset:0;inline-size:100%;block-size:100%;margin:0;opacity:0;cursor:pointer;touch-action:pan-y}.slider:focus-within{outline:2px solid var(--primary-color);outline-offset:2px}input:disabled{cursor:default}.slider:has(input:disabled){opacity:0.5}.spin{inline-size:12px;block-size:12px;border-radius:50%;border:2px solid var(--primary-color);border-block-start-color:transparent;animation:turn 0.8s linear infinite}.compact{display:flex;flex-direction:row-reverse;align-items:center;gap:12px}.compact .head{margin:0;min-inline-size:3.2em;justify-content:flex-end}.compact #label{display:none}.compact .slider{flex:1}@keyframes turn{to{rotate:360deg}}@media (prefers-reduced-motion:reduce){.spin{animation-duration:4s}}@media (forced-colors:active){.slider{border:1px solid}.fill{background:Highlight;forced-color-adjust:none}}`}};h([b({attribute:!1})],N.prototype,"limit",2),h([b({attribute:!1})],N.prototype,"locale",2),h([b()],N.prototype,"label",2),h([b({type:Boolean})],N.prototype,"disabled",2),h([b({type:Boolean})],N.prototype,"compact",2),h([b({attribute:!1})],N.prototype,"send",2),h([y()],N.prototype,"wanted",2),h([y()],N.prototype,"telling",2);var cr=6e4,H=class{constructor(n){this.host=n;this.answer=null;this.error=null;this.busy=!1;this.turn=0;n.addController(this)}ask(n,e){this.fetch=e,n!==this.question&&(this.question=n,this.again())}async again(){if(this.fetch===void 0)return;let n=++this.turn;this.busy=!0;try{let e=await this.fetch();if(n!==this.turn)return;this.answer=e,this.error=null}catch(e){if(n!==this.turn)return;this.error=cn(e)}this.busy=!1,this.host.requestUpdate()}hostConnected(){this.timer=setInterval(()=>{document.visibilityState==="visible"&&this.again()},cr),this.question!==void 0&&this.again()}hostDisconnected(){clearInterval(this.timer)}};var gn=["overview","sessions","months","costs","faults"];function Si(i){let n=typeof i=="object"&&i!==null?i:{},e=[],t=bn(n,"devices",e),s=bn(n,"views",e).filter(o=>{let r=gn.some(a=>a===o);return r||e.push({field:"views",came:o,allowed:"problem.one_of",values:{list:gn.join(", ")}}),r});return{devices:t,views:s.length>0?[...new Set(s)]:[...gn],problems:e}}var De=["day","month"],yn=["energy","cost"];function vn(i){let n=typeof i=="object"&&i!==null?i:{},e=[],t=bn(n,"devices",e),s=(o,r,a)=>{let l=n[o]??a,d=r.find(p=>p===l);return d!==void 0?d:(e.push({field:o,came:Ti(l),allowed:"problem.one_of",values:{list:r.join(", ")}}),a)};return{devices:t.length>0?t:void 0,period:s("period",De,"day"),measure:s("measure",yn,"energy"),problems:e}}function bn(i,n,e){let t=i[n];return t==null?[]:Array.isArray(t)&&t.every(s=>typeof s=="string")?t:(e.push({field:n,came:Ti(t),allowed:"problem.list"}),[])}var dr=60;function Ti(i){return(typeof i=="string"?i:JSON.stringify(i)??String(i)).slice(0,dr)}function ur(i,n){return["connection","language","locale","devices","entities"].some(t=>i?.[t]!==n?.[t])}var Ci={name:"devices",selector:{device:{multiple:!0,filter:[{integration:M}]}}},L=class extends x{constructor(){super(...arguments);this.config=vn({})}static{this.getStubConfig=()=>({})}static{this.getConfigForm=()=>Ai([Ci])}setConfig(e){this.config=vn(e)}getCardSize(){return 8}getGridOptions(){return{columns:"full",min_columns:6}}get text(){return $(this.hass?.language??"en")}problems(){let{text:e}=this;return this.config.problems.length===0?u:c`${this.config.problems.map(({field:t,came:s,allowed:o,values:r})=>c`<p class="error" role="alert">${e("hint.problem",{field:t,came:s})} ${e(o,r)}</p>`)}`}};h([b({attribute:!1,hasChanged:ur})],L.prototype,"hass",2),h([y()],L.prototype,"config",2);function Ei(){let i=$(ce()),n=(e,t,s)=>({name:e,selector:{select:{mode:"dropdown",options:t.map((o,r)=>({value:o,label:s[r]}))}}});return Ai([Ci,n("period",De,[i("energy.day"),i("energy.month")]),n("measure",yn,[i("energy.title"),i("energy.paid")])])}function Ai(i){let n=$(ce()),e={devices:n("filter.wallboxes"),period:n("filter.period"),measure:n("filter.measure")};return{schema:i,computeLabel:({name:t})=>e[t]??t}}var de=v`:host{display:block;container-type:inline-size}ha-card{display:flex;flex-direction:column;gap:16px;padding:16px;color:var(--primary-text-color);block-size:100%;box-sizing:border-box}h2{margin:0;font-size:1.25rem;font-weight:500;line-height:1.3}h3,.small{margin:0;font-size:0.85rem;font-weight:500;color:var(--secondary-text-color)}.top,.row{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:8px 12px}.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(6.5rem,1fr));gap:12px;margin:0}.figures div{display:flex;flex-direction:column-reverse;min-inline-size:0}.figures dt{font-size:0.8rem;color:var(--secondary-text-color)}.figures dd{margin:0;font-size:1.5rem;line-height:1.3;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;font-variant-numeric:tabular-nums}.figures small{font-size:0.9rem;color:var(--secondary-text-color)}label{display:flex;flex-direction:column;gap:2px;font-size:0.75rem;color:var(--secondary-text-color);min-inline-size:0}select,input,button,.button{font:inherit;font-size:0.9rem;min-block-size:44px;box-sizing:border-box;border-radius:var(--evse-radius,12px);color:var(--primary-text-color);background:var(--card-background-color);border:1px solid var(--divider-color);padding:0 12px;max-inline-size:100%}select{text-overflow:ellipsis}option{color:var(--primary-text-color);background:var(--card-background-color)}button,.button{display:inline-flex;align-items:center;justify-content:center;gap:8px;cursor:pointer;text-decoration:none;min-inline-size:44px;transition:background 120ms}button:hover:not(:disabled),.button:hover{background:color-mix(in srgb,var(--primary-text-color) 8%,var(--card-background-color))}button:disabled{cursor:default;opacity:0.45}button.round{border-radius:50%;padding:0;inline-size:44px}button ha-icon,.button ha-icon{--mdc-icon-size:20px;color:var(--secondary-text-color)}:focus-visible{outline:2px solid var(--primary-color);outline-offset:2px}.quiet{color:var(--secondary-text-color);font-size:0.85rem}.hint,.error{margin:0;padding:12px 16px;border-radius:12px;line-height:1.45;background:color-mix(in srgb,var(--hint,var(--primary-color)) 12%,transparent)}.error{--hint:var(--error-color)}.hidden{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}.busy{opacity:0.6;transition:opacity 200ms 150ms}@container (max-width:480px){.figures:has(> :nth-child(4)){grid-template-columns:1fr 1fr}}@media (prefers-reduced-motion:reduce){*{transition:none !important;animation:none !important}}`;function xe(i){return c`<dl class="figures">
${i.map(([n,e,t])=>c`<div>
<dt>${n}</dt>
<dd>${e}${t?c` <small>${t}</small>`:u}</dd>
</div>`)}
</dl>`}function Ne(i,n,e,t){return c`<label>
${i}
<select @change=${s=>t(s.target.value)}>
${n.map(([s,o])=>c`<option value=${s} ?selected=${s===e}>${o}</option>`)}
</select>
</label>`}var zi=new Map;function pr(i){let n=zi.get(i);if(n===void 0){let e={year:"numeric",month:"2-digit",day:"2-digit",hour:"2-digit",minute:"2-digit"};n=new Intl.DateTimeFormat("en-GB",{...e,hourCycle:"h23",timeZone:xn(i)}),zi.set(i,n)}return n}function xn(i){try{return new Intl.DateTimeFormat("en",{timeZone:i}),i}catch{return}}function T(i,n){if(!Number.isFinite(i))return"";let e={};for(let{type:t,value:s}of pr(n).formatToParts(i))e[t]=s;return`${e.year}-${e.month}-${e.day}T${e.hour}:${e.minute}`}function V(i,n){let e=/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(i)?Date.parse(`${i}:00Z`):NaN;if(Number.isNaN(e))return NaN;let t=[e-864e5,e+864e5].map(o=>Date.parse(`${T(o,n)}:00Z`)-o);return t.map(o=>e-o).find(o=>T(o,n)===i)??e-(t[0]??0)}function Ri(i,n){return T(n,i)!==T(n,Intl.DateTimeFormat().resolvedOptions().timeZone)}function j(i,n){let e=Date.parse(`${i}T00:00:00Z`)+n*864e5;return new Date(e).toISOString().slice(0,10)}var Hi=["days_30","this_month","last_month","this_year","all","custom"];function Dt(i,n){return T(i,n).slice(0,7)}function we(i,n){let[e=1970,t=1]=i.split("-").map(Number),s=e*12+t-1+n;return`${String(Math.floor(s/12)).padStart(4,"0")}-${String(s%12+1).padStart(2,"0")}`}function Mt(i,n){return{start:V(`${i}-01T00:00`,n),end:V(`${we(i,1)}-01T00:00`,n)}}function Oi(i,n,e,t="",s=""){let o=T(n,e).slice(0,10),r=Dt(n,e);switch(i){case"days_30":return{start:Pt(j(o,-29),e)};case"this_month":return{start:Mt(r,e).start};case"last_month":return Mt(we(r,-1),e);case"this_year":return{start:Pt(`${o.slice(0,4)}-01-01`,e)};case"custom":return{start:Pt(t,e),end:s===""?void 0:Pt(j(s,1),e)};case"all":return{}}}function Pt(i,n){let e=V(`${i}T00:00`,n);return Number.isNaN(e)?void 0:e}function Le(i){return i===void 0?void 0:new Date(i).toISOString()}var We=["sun","battery","grid"];function Nt(i){if(i.sun_wh===null)return{sun:0,battery:0,grid:0,other:i.energy_wh};let n=i.battery_wh??0;return{sun:i.sun_wh,battery:n,grid:Math.max(0,i.energy_wh-i.sun_wh-n),other:0}}function ee(i){return i.sun+i.battery+i.grid+i.other}function wn(i,n){return n===null||i<=0?null:Math.min(1,Math.max(0,n/i))}function Lt(i,n,e){return[...We,"other"].filter(t=>i[t]>0).map(t=>`${e(`source.${t}`)} ${E(n,i[t]).join(" ")}`).join(", ")}function Wt(i,n,e,t=1){let s=ee(i);if(!(s>0))return c`<div class="sources" aria-hidden="true"></div>`;let o=Lt(i,n,e);return c`<div class="sources" role="img" aria-label=${o} title=${o}>
<div class="filled" style="inline-size:${Math.max(1.5,t*100).toFixed(1)}%">
${[...We,"other"].map(r=>i[r]>0?c`<span class=${r} style="flex-grow:${(i[r]/s).toFixed(4)}"></span>`:u)}
</div>
</div>`}function Ft(i,n){return c`<ul class="legend">
${i.map(e=>c`<li><span class="dot ${e}"></span>${n(`source.${e}`)}</li>`)}
</ul>`}function lt(i,n,e){return ae(i,wn(n,e))}var Fe=v`.sources{block-size:6px;border-radius:3px;background:var(--divider-color);overflow:hidden}.sources .filled{display:flex;gap:1px;block-size:100%}.sources span{flex-basis:0;min-inline-size:1px}.sun{background:var(--energy-solar-color,#ff9800)}.battery{background:var(--energy-battery-out-color,#4db6ac)}.grid{background:var(--energy-grid-consumption-color,#488fc2)}.other{background:var(--primary-color)}.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0;padding:0;list-style:none;font-size:0.85em;color:var(--secondary-text-color)}.legend li{display:flex;align-items:center;gap:6px}.dot{inline-size:10px;block-size:10px;border-radius:50%}`;var Pi=30,Mi=12;function Di(i){let n={sun:[],battery:[],grid:[],other:[],cost:[]};for(let{ids:e}of i.connectors){let{energy_sun:t,energy_battery:s,energy_grid:o,energy:r,cost_total:a}=e;t&&o?(n.sun.push(t),n.grid.push(o),s&&n.battery.push(s)):r&&n.other.push(r),a&&n.cost.push(a)}return n}function mr(i,n,e){let t=T(n,e).slice(0,10);if(i==="day")return Array.from({length:Pi},(o,r)=>j(t,r+1-Pi));let s=t.slice(0,7);return Array.from({length:Mi},(o,r)=>`${we(s,r+1-Mi)}-01`)}function hr(i,n,e,t,s){let o=t==="day"?10:7,r=f=>{let g=new Map;for(let{start:_,change:P}of f.flatMap(w=>e[w]??[])){let w=T(_+72e5,s).slice(0,o);typeof P=="number"&&P>0&&g.set(w,(g.get(w)??0)+P)}return g},[a,l,d,p,m]=[n.sun,n.battery,n.grid,n.other,n.cost].map(r);return i.map(f=>{let g=P=>P?.get(f.slice(0,o))??0,_={sun:g(a)*1e3,battery:g(l)*1e3,grid:g(d)*1e3,other:g(p)*1e3};return{start:f,parts:_,cost:n.cost.length>0?g(m):null}})}async function Ni(i,n,e,t){let s=i.config.time_zone,o=mr(e,t,s),r=await i.callWS({type:"recorder/statistics_during_period",start_time:new Date(V(`${o[0]}T00:00`,s)).toISOString(),statistic_ids:Object.values(n).flat(),period:e,types:["change"],units:{energy:"kWh"}});return hr(o,n,r,e,s)}function Li(i){return i.map(n=>({...n,parts:{sun:0,battery:0,grid:0,other:Math.max(0,n.cost??0)}}))}function _n(i){let n={sun:0,battery:0,grid:0,other:0},e=null;for(let t of i){for(let s of Object.keys(n))n[s]+=t.parts[s];t.cost!==null&&(e=(e??0)+t.cost)}return{parts:n,cost:e}}function Wi(i,n){let e=Math.max(n,...i.map(({parts:r})=>ee(r))),t=e/3,s=10**Math.floor(Math.log10(t)),o=[1,2,2.5,5,10].map(r=>r*s).find(r=>r>=t)??t;return Array.from({length:Math.ceil(e/o-1e-9)+1},(r,a)=>a*o)}function Ue(i,n=[]){let e=new Set,t=new Set;for(let a of Object.values(i.entities))a?.platform!==M||!a.device_id||(e.add(a.device_id),a.translation_key?.startsWith("site_")&&t.add(a.device_id));let s=new Set(W(i)),o=n.length===0?[...s]:[...s].filter(a=>n.includes(a)),r=[...e].filter(a=>!s.has(a)&&!t.has(a));return{connectors:$n(i,o),sites:$n(i,[...t]),others:$n(i,r),chosen:n.length>0}}function $n(i,n){return n.map(e=>({device:e,name:D(i,e),ids:ye(i,e)})).sort((e,t)=>e.name.localeCompare(t.name,i.language,{numeric:!0}))}function je(i,...n){return n.map(e=>i[e]).filter(e=>e!==void 0)}var fr=["grid","battery","sun","other"],Ie=class extends L{constructor(){super(...arguments);this.chosen=null;this.noMeters=!1;this.bars=new H(this)}static{this.getConfigForm=Ei}get ofCost(){return this.config.measure==="cost"}get heading(){return this.text(this.ofCost?"energy.paid":"energy.title")}get shownGrain(){return this.grain??this.config.period}willUpdate(){let{hass:e}=this;if(e===void 0)return;let t=Di(Ue(e,this.config.devices)),s=this.shownGrain;this.noMeters=Object.values(t).every(o=>o.length===0),!this.noMeters&&this.bars.ask(JSON.stringify([t,s]),()=>Ni(e,t,s,Date.now()))}render(){let{hass:e,text:t}=this;if(e===void 0)return c`<ha-card></ha-card>`;let s=this.bars.answer,o=s!==null&&this.ofCost?Li(s):s;return c`<ha-card>
<div class="top">
<h2>${this.heading}</h2>
<div class="grains" role="radiogroup" aria-label=${t("filter.period")}>
${De.map(r=>this.grainButton(r,t))}
</div>
</div>
${this.problems()} ${this.noMeters?c`<p class="hint">${t("energy.no_meters")}</p>`:this.sums(e,s,t)}
${this.bars.error===null?u:c`<p class="error" role="alert">${t("energy.failed",{error:this.bars.error})}</p>`}
<div class="chart ${this.bars.busy?"busy":""}" aria-busy=${this.bars.busy}>
${o===null?u:this.chart(e,o,t)}
</div>
<div class="foot">${o===null?u:this.foot(e,o,t)}</div>
</ha-card>`}grainButton(e,t){let s=e===this.shownGrain,o=a=>{this.grain=a,this.chosen=null},r=De.find(a=>a!==e)??e;return c`<button
role="radio"
aria-checked=${s}
tabindex=${s?0:-1}
@click=${()=>o(e)}
@keydown=${a=>{a.key.startsWith("Arrow")&&(a.preventDefault(),o(r),this.updateComplete.then(()=>this.renderRoot.querySelector("[aria-checked=true]")?.focus()))}}
>
${t(`energy.${e}`)}
</button>`}sums(e,t,s){let{locale:o}=e,{parts:r,cost:a}=_n(t??[]),l=ee(r),d=l-r.other,[p,m]=E(o,t===null?null:l),f=[s("sum.cost"),A(o,a,e.config.currency)];if(this.ofCost){let _=a===null||l<=0?null:a/(l/1e3);return xe([f,[s("energy.per_kwh"),A(o,_,e.config.currency)]])}let g=[[s("sum.energy"),p,m],[s("sum.sun"),ae(o,t===null?null:wn(d,d>0?r.sun:null))]];return a!==null&&g.push(f),xe(g)}chart(e,t,s){let o=this.ofCost?1:1e3,r=Wi(t,o),a=r[r.length-1]??1,l=t.length>12?5:1,d=p=>{let m={ArrowLeft:-1,ArrowRight:1,Home:-t.length,End:t.length}[p.key];if(m===void 0)return;p.preventDefault();let f=getComputedStyle(this).direction==="rtl"&&p.key.startsWith("Arrow"),g=this.chosen??t.length;this.chosen=Math.max(0,Math.min(t.length-1,g+(f?-m:m)))};return c`<div class="axis" aria-hidden="true">
${r.map(p=>c`<span style="inset-block-end:${(100*p/a).toFixed(2)}%">${C(e.locale,p/o,2)}</span>`)}
</div>
<div
class="bars"
tabindex="0"
role="group"
aria-roledescription=${s("energy.chart")}
aria-label=${`${this.heading}. ${s("chart.help")}`}
@keydown=${d}
@pointerleave=${()=>this.chosen=null}
>
${r.map(p=>c`<i style="inset-block-end:${(100*p/a).toFixed(2)}%"></i>`)}
${t.map((p,m)=>c`<div
class="slot ${this.chosen===m?"chosen":""}"
@pointerenter=${()=>this.chosen=m}
@click=${()=>this.chosen=m}
>
<div class="bar">${fr.map(f=>gr(p.parts,f,a))}</div>
<span class="name">${(t.length-1-m)%l===0?this.name(e,p,"short"):u}</span>
</div>`)}
</div>`}foot(e,t,s){let o=this.chosen===null?void 0:t[this.chosen],{parts:r}=_n(t),a=[...We,"other"].filter(d=>r[d]>0),l=ee(r)===0;return c`<p class="told" aria-live="polite">
${o?this.words(e,o,s):l?s("energy.none"):this.ofCost?s("energy.touch"):Ft(a,s)}
</p>
<details>
<summary>${s("chart.table")}</summary>
<table>
${[...t].reverse().map(d=>c`<tr>
<th scope="row">${this.name(e,d,"long")}</th>
<td>${this.amount(e,d)}</td>
<td>${this.ofCost||ee(d.parts)===0?u:Lt(d.parts,e.locale,s)}</td>
</tr>`)}
</table>
</details>`}words(e,t,s){let o=ee(t.parts),r=[`${this.name(e,t,"long")}: ${this.amount(e,t)}`];return this.ofCost?r.join():(o>t.parts.other&&r.push(Lt(t.parts,e.locale,s)),t.cost!==null&&o>0&&r.push(A(e.locale,t.cost,e.config.currency)),r.join(" · "))}amount(e,t){return this.ofCost?A(e.locale,t.cost,e.config.currency):E(e.locale,ee(t.parts)).join(" ")}name(e,t,s){let o={month:s==="short"?"short":"long",timeZone:"UTC"};return this.shownGrain==="day"&&(o.day="numeric"),s==="long"&&(o.year="numeric"),s==="short"&&this.shownGrain==="day"&&(o.month="numeric"),new Intl.DateTimeFormat(e.locale.language,o).format(Date.parse(`${t.start}T12:00Z`))}static{this.styles=[de,Fe,v`.grains{display:inline-flex;padding:2px;border-radius:14px;background:color-mix(in srgb,var(--primary-text-color) 8%,transparent)}.grains button{border:0;background:none;min-block-size:44px}.grains [aria-checked="true"]{background:var(--card-background-color);box-shadow:0 1px 3px rgb(0 0 0 / 25%)}.chart{display:flex;gap:8px;block-size:220px}.axis{position:relative;inline-size:2.4rem;margin-block:8px 24px;font-size:0.75rem;color:var(--secondary-text-color);font-variant-numeric:tabular-nums}.axis span{position:absolute;inset-inline-end:0;transform:translateY(50%)}.bars{flex:1;min-inline-size:0;position:relative;display:flex;margin-block:8px 24px;border-radius:4px}.bars i{position:absolute;inset-inline:0;border-block-end:1px solid var(--divider-color)}.slot{position:relative;flex:1 1 0;min-inline-size:0}.slot.chosen{background:color-mix(in srgb,var(--primary-text-color) 8%,transparent)}.bar{position:relative;block-size:100%;margin-inline:clamp(1px,16%,10px);display:flex;flex-direction:column-reverse;gap:1px}.bar span:last-child{border-start-start-radius:4px;border-start-end-radius:4px}.name{position:absolute;inset-block-start:calc(100% + 4px);inset-inline-start:50%;transform:translateX(-50%);font-size:0.75rem;white-space:nowrap;color:var(--secondary-text-color)}:host(:dir(rtl)) .name{transform:translateX(50%)}.foot{min-block-size:92px}.told:not(:has(.legend)){color:var(--secondary-text-color)}.told{margin:0;min-block-size:2.8em;font-size:0.9rem;line-height:1.4}summary{cursor:pointer;min-block-size:44px;display:flex;align-items:center;font-size:0.85rem;color:var(--secondary-text-color)}table{inline-size:100%;border-collapse:collapse;font-size:0.85rem;font-variant-numeric:tabular-nums}th{white-space:nowrap}th,td{padding:6px 4px;text-align:start;font-weight:400;border-block-start:1px solid var(--divider-color)}@container (max-width:420px){.slot:nth-child(even of .slot) .name{display:none}}`]}};h([y()],Ie.prototype,"grain",2),h([y()],Ie.prototype,"chosen",2);function gr(i,n,e){return i[n]>0?c`<span class=${n} style="block-size:${(100*i[n]/e).toFixed(2)}%"></span>`:u}function Fi(i,n,e=new Map){let t=[...n.connectors.map(o=>br(i,o,e)),...n.sites.map(o=>yr(i,o))],s=["error","warning","ok"];return t.sort((o,r)=>s.indexOf(o.level)-s.indexOf(r.level))}function Ui(i){let n=["status","error","connected","refusal","site_meter_lost"];return[...i.connectors,...i.sites].flatMap(({ids:e})=>n.map(t=>e[t]??"")).filter(Boolean)}function kn(i,{ids:n},e){return i.states[n[e]??""]}function ji(i,n){return n.connectors.filter(e=>kn(i,e,"status")?.state==="faulted").map(({device:e})=>e)}function br(i,n,e){let[t,s,o]=["status","error","connected"].map(a=>kn(i,n,a)),r=(a,l,d=t)=>({name:n.name,level:a,text:l,since:d?.last_changed,entity:d?.entity_id});if(o?.state==="off")return r("warning","faults.not_connected",o);if(!z(t))return r("warning","faults.silent");if(t.state==="faulted"){let a=z(s)?i.formatEntityState(s):e.get(n.device);return{...r("error","faults.fault"),detail:a}}return t.state==="out_of_service"?r("warning","faults.out_of_service"):{...r("ok","faults.well"),detail:i.formatEntityState(t),since:void 0}}function yr(i,n){let e=kn(i,n,"site_meter_lost"),t=e?.entity_id;return e?.state==="on"?{name:n.name,level:"error",text:"faults.meter_silent",since:e.last_changed,entity:t}:{name:n.name,level:"ok",text:"faults.meter_well",entity:t}}async function Ii(i){let[{issues:n},e]=await Promise.all([i.callWS({type:"repairs/list_issues"}),i.loadBackendTranslation?.("issues","evse_ocpp")]);return n.filter(({domain:t,ignored:s})=>t==="evse_ocpp"&&!s).map(t=>{let s=`component.evse_ocpp.issues.${t.translation_key??t.issue_id}.title`,o=e?.(s,t.translation_placeholders??{})||t.issue_id;return{id:t.issue_id,title:o,severity:t.severity,created:t.created}}).sort((t,s)=>s.created.localeCompare(t.created))}var vr={error:"mdi:alert-circle",warning:"mdi:alert",ok:"mdi:check-circle"},ct=class extends L{constructor(){super(...arguments);this.ids=[];this.words=new Map;this.heard=new Map;this.repairs=new H(this)}shouldUpdate(e){let t=e.get("hass"),s=this.hass;return t===void 0||s===void 0||e.size>1||t.entities!==s.entities||t.devices!==s.devices||t.language!==s.language?!0:this.ids.some(o=>t.states[o]!==s.states[o])}willUpdate(){let{hass:e}=this;if(e===void 0)return;this.found=Ue(e,this.config.devices),this.ids=Ui(this.found),this.hear(e,ji(e,this.found));let t=this.ids.map(s=>e.states[s]?.state);this.repairs.ask(JSON.stringify([e.language,t]),()=>Ii(e))}hear(e,t){for(let s of this.heard.keys())t.includes(s)||this.unhear(s);for(let s of t){if(this.heard.has(s))continue;let o=$t(e,s,r=>{let a=r?.fault;!a||a===this.words.get(s)||(this.words.set(s,a),this.requestUpdate())});this.heard.set(s,o)}}unhear(e){this.heard.get(e)?.(),this.heard.delete(e),this.words.delete(e)}disconnectedCallback(){super.disconnectedCallback();for(let e of[...this.heard.keys()])this.unhear(e)}connectedCallback(){super.connectedCallback(),this.requestUpdate()}render(){let{hass:e,text:t}=this;if(e===void 0||this.found===void 0)return c`<ha-card></ha-card>`;let s=this.repairs.answer??[];return c`<ha-card>
<h2>${t("faults.now")}</h2>
${this.problems()}
<ul>
${Fi(e,this.found,this.words).map(o=>this.trouble(e,o,t))}
</ul>
${s.length===0?u:c`<h3>${t("faults.repairs")}</h3>
<ul>
${s.map(o=>this.repair(e,o))}
</ul>`}
${s.length>0&&e.user?.is_admin?c`<a class="button" href="/config/repairs">${t("faults.open_repairs")}</a>`:u}
</ha-card>`}trouble(e,{name:t,level:s,text:o,detail:r,since:a,entity:l},d){let p=S(e,k(a),new Date),m=d(o,{detail:r??"",since:p}).replace(/[:\s–]+$/,"");return c`<li>
<button class="line" @click=${()=>l!==void 0&&q(this,"hass-more-info",{entityId:l})} ?disabled=${l===void 0}>
<ha-icon class=${s} icon=${vr[s]}></ha-icon>
<span class="words"><bdi>${t}</bdi><span class="quiet">${m}</span></span>
</button>
</li>`}repair(e,{title:t,severity:s,created:o}){return c`<li class="line">
<ha-icon class=${s==="warning"?"warning":"error"} icon="mdi:wrench"></ha-icon>
<span class="words"><span>${t}</span><span class="quiet">${S(e,k(o),new Date)}</span></span>
</li>`}static{this.styles=[de,v`ul{margin:0;padding:0;list-style:none}.line{display:flex;align-items:center;justify-content:start;gap:16px;inline-size:100%;min-block-size:60px;padding:4px 8px;text-align:start;box-sizing:border-box}button.line{border:0;background:none;opacity:1}.line .error{color:var(--error-color);background:none;padding:0}.line .warning{color:var(--warning-color)}.line .ok{color:var(--success-color)}.line ha-icon{flex:none;--mdc-icon-size:26px}.words{display:grid;min-inline-size:0;font-size:1rem;line-height:1.35;overflow-wrap:anywhere}`]}};h([b({attribute:!1,hasChanged:()=>!0})],ct.prototype,"hass",2);var I=["mon","tue","wed","thu","fri","sat","sun"],Tn="next",ue={kwh:{least:.5,most:200,step:1,usual:[10,20,30,50],sign:"kWh"},percent:{least:1,most:100,step:5,usual:[50,70,80,100],sign:"%"},km:{least:1,most:2e3,step:10,usual:[50,100,200,300],sign:"km"}},Cn=10,xr=240,wr=230;function Bi(i,n){let e=T(i,n).slice(0,10);return{plan:null,amount:"20",unit:"kwh",once:!0,date:j(e,1),time:"07:00",weekdays:[],most_starts:"",precondition:"",enabled:!0}}function Gi(i,n,e){let t=!Ut(i.ready_by),s=t?T(Date.parse(i.ready_by),e):"";return{plan:i.plan,amount:String(i.amount),unit:i.unit,once:t,date:t?s.slice(0,10):j(T(n,e).slice(0,10),1),time:t?s.slice(11):i.ready_by.slice(0,5),weekdays:[...i.weekdays],most_starts:i.most_starts==null?"":String(i.most_starts),precondition:i.precondition?String(i.precondition):"",enabled:i.enabled}}function Ut(i){return/^\d\d:/.test(i)}function te(i){let n=i.trim().replace(",",".");return/^[+-]?(\d+\.?\d*|\.\d+)$/.test(n)?Number(n):null}function jt(i,n,e){let t={},{least:s,most:o,sign:r}=ue[i.unit],a=Sn(i.amount,s,o,r);if(a&&(t.amount=a),i.most_starts!==""){let l=Sn(i.most_starts,1,Cn,"",!0);l&&(t.most_starts=l)}if(i.precondition!==""){let l=Sn(i.precondition,0,xr,"min");l&&(t.precondition=l)}if(!/^\d\d:\d\d/.test(i.time))t.time={key:"goal.no_time",values:{}};else if(i.once){let l=V(`${i.date}T${i.time.slice(0,5)}`,e);!/^\d{4}-\d\d-\d\d$/.test(i.date)||Number.isNaN(l)?t.date={key:"goal.no_date",values:{}}:l<=n&&(t.date={key:"goal.past",values:{}})}return t}function Sn(i,n,e,t,s=!1){let o=te(i),r={least:n,most:e,sign:t};return o===null?{key:"goal.no_number",values:{came:i.trim()||"–",...r}}:o>=n&&o<=e&&(!s||Number.isInteger(o))?null:{key:"goal.outside",values:{came:`${i.trim()} ${t}`.trim(),...r}}}function Ki(i,n){let e=i.time.slice(0,5),t={device_id:n,amount:te(i.amount),unit:i.unit,ready_by:i.once?`${i.date} ${e}`:e,precondition:te(i.precondition)??0,enabled:i.enabled};return i.plan!==null&&!En(i)&&(t.plan=i.plan),!i.once&&i.weekdays.length>0&&i.weekdays.length<7&&(t.weekdays=_r(i.weekdays)),i.most_starts!==""&&(t.most_starts=te(i.most_starts)),t}function En(i){let n=i.unit==="kwh"&&i.once&&i.enabled&&!i.most_starts&&!i.precondition;return i.plan===Tn&&!n}function An(i,n){let e={device_id:n,plan:i.plan,amount:i.amount,unit:i.unit,ready_by:i.ready_by,precondition:i.precondition??0,enabled:i.enabled};return i.weekdays.length>0&&(e.weekdays=i.weekdays),i.most_starts!=null&&(e.most_starts=i.most_starts),e}function _r(i){return I.filter(n=>i.includes(n))}function It(i,n,e){if(!Ut(i.ready_by)){let s=Date.parse(i.ready_by);return s>n?s:null}let t=T(n,e).slice(0,10);for(let s=0;s<9;s++){let o=j(t,s),r=I[(new Date(`${o}T00:00:00Z`).getUTCDay()+6)%7]??"";if(i.weekdays.length>0&&!i.weekdays.includes(r))continue;let a=V(`${o}T${i.ready_by.slice(0,5)}`,e);if(a>n)return a}return null}function qi(i,n,e){let t=s=>It(s,n,e)??1/0;return[...i].sort((s,o)=>t(s)===t(o)?s.plan.localeCompare(o.plan):t(s)-t(o))}function $r(i,n,e){let t=i.once?new Date(V(`${i.date}T${i.time.slice(0,5)}`,e)||0).toISOString():i.time;return It({plan:"",amount:0,unit:i.unit,ready_by:t,weekdays:i.weekdays,enabled:!0},n,e)}function kr(i,n,e){let t=i.maximum_a*i.phases*wr/1e3;return Math.max(0,(e-n)/36e5*t)}function Vi(i,n,e,t,s){let o=te(i.amount);if(o===null||Object.keys(jt(i,t,s)).length>0)return null;let r=$r(i,t,s);if(i.unit==="kwh"&&n!==null&&r!==null){let a=kr(n,t,r);if(a>0&&a<o)return{key:"goal.too_much",most_kwh:a}}return i.unit==="percent"&&e!==null&&!e.soc_known?{key:"goal.no_soc"}:null}var pe=v`:host{--line:var(--divider-color,rgba(0,0,0,0.12));--tint:rgba(var(--rgb-primary-color,0,154,199),0.16);--quiet:rgba(var(--rgb-primary-text-color,33,33,33),0.06);display:block;color:var(--primary-text-color);font-size:14px;line-height:1.4}*{box-sizing:border-box}button,input,select{font:inherit;color:inherit}button{min-block-size:44px;min-inline-size:44px;padding-inline:16px;border:0;border-radius:22px;background:var(--quiet);cursor:pointer;font-weight:500;display:inline-flex;align-items:center;justify-content:center;gap:8px;transition:background 0.15s}button.main{background:var(--tint);box-shadow:inset 0 0 0 1.5px var(--primary-color)}button.sign{padding:0;background:none;--mdc-icon-size:20px;color:var(--secondary-text-color)}button:hover{background:var(--tint)}button:disabled{opacity:0.5;cursor:default}:focus-visible,input:focus-visible + span{outline:2px solid var(--primary-color);outline-offset:2px}.seen{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}.note{display:flex;gap:12px;align-items:flex-start;padding:12px;border-radius:12px;background:var(--quiet);--mdc-icon-size:20px}.note > ha-icon{flex:none;color:var(--secondary-text-color)}.note > div{flex:1;min-inline-size:0;overflow-wrap:anywhere}.note.warns{background:rgba(var(--rgb-warning-color,255,166,0),0.16)}.note.warns > ha-icon{color:var(--warning-color,#ffa600)}.note.fails{background:rgba(var(--rgb-error-color,219,68,55),0.14)}.note.fails > ha-icon{color:var(--error-color,#db4437)}@media (prefers-reduced-motion:reduce){*{transition:none !important;animation:none !important}}`;var Yi=[pe,v`form{display:grid;gap:16px;padding:16px;border-radius:16px;border:1px solid var(--line)}h3{margin:0;font-size:16px;font-weight:500}h3:focus-visible{outline:none}fieldset{border:0;margin:0;padding:0;min-inline-size:0;display:grid;gap:8px}legend{padding:0;margin-block-end:8px;color:var(--secondary-text-color)}.choice{display:flex;border-radius:12px;background:var(--quiet)}.choice label{flex:1 1 0;min-inline-size:0;position:relative;cursor:pointer}.choice span{min-block-size:44px;padding-inline:6px;display:flex;align-items:center;justify-content:center;text-align:center;border-radius:12px;line-height:1.2;font-size:13px}.choice input:checked + span{background:var(--tint);box-shadow:inset 0 0 0 1.5px var(--primary-color);font-weight:500}.amount{display:flex;align-items:center;justify-content:center;gap:12px}.turn{padding:0;inline-size:44px;--mdc-icon-size:22px}.number{display:flex;align-items:baseline;gap:6px;border-block-end:2px solid var(--line)}.number:focus-within{border-color:var(--primary-color)}.big{inline-size:4.2ch;min-block-size:52px;padding:0;border:0;background:none;outline:none;text-align:end;font-size:34px;font-weight:300;font-variant-numeric:tabular-nums}.sign{min-inline-size:3ch;color:var(--secondary-text-color);font-size:16px}.usual{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:8px}.usual button{padding-inline:4px;font-weight:400}.row{display:flex;align-items:center;justify-content:space-between;gap:12px;min-block-size:48px}.row small{display:block;color:var(--secondary-text-color);font-size:12px}.row > input,.row > select{flex:none;min-block-size:44px;inline-size:150px;padding-inline:12px;border:1px solid var(--line);border-radius:12px;background:var(--card-background-color,#fff)}details .row{padding-block:4px}details .row > input,details .row > select{inline-size:96px}.row > [aria-invalid="true"]{border-color:var(--error-color,#db4437)}.days{display:grid;grid-template-columns:repeat(7,1fr)}.days label{position:relative;min-block-size:44px;display:grid;place-items:center;cursor:pointer}.days span{inline-size:38px;block-size:38px;border-radius:50%;display:grid;place-items:center;background:var(--quiet)}.days input:checked + span{background:var(--tint);box-shadow:inset 0 0 0 1.5px var(--primary-color);font-weight:500}.help{margin:0;font-size:12px;color:var(--secondary-text-color)}.wrong{margin:0;display:flex;gap:6px;align-items:center;--mdc-icon-size:18px}.wrong:empty{display:none}#amount-wrong,#precondition-wrong{display:flex;min-block-size:20px}.wrong ha-icon{color:var(--error-color,#db4437);flex:none}summary{min-block-size:44px;display:list-item;align-content:center;cursor:pointer;color:var(--secondary-text-color)}.ends{display:flex;justify-content:end;gap:8px}.ends button{padding-inline:24px}`];var zn=3,Sr=Date.UTC(2024,0,1,12);function Zi(i){let n=xn(i.config.time_zone);return{locale:{...i.locale,time_zone:n===void 0?"local":"server"},config:i.config}}function Be(i,n,e){return`${C(i.locale,n,1)} ${ue[e].sign}`}function Ge(i,n){return`${C(i.locale,n,1)} kWh`}function Ji(i,n,e){let t=Be(n,e.amount,e.unit);return e.unit==="percent"?i("plan.until_amount",{amount:t}):i("plan.add_amount",{amount:t})}function Xi(i,n,e,t){if(!Ut(e.ready_by))return S(n,k(e.ready_by),t);let s=Tr(n,e.ready_by);return`${e.weekdays.length===0||e.weekdays.length===7?i("plan.every_day"):Cr(n,e.weekdays)} ${s}`}function Tr(i,n){let e=new Date(`2024-01-01T${n.slice(0,5)}:00Z`);if(Number.isNaN(e.getTime()))return n;let t={locale:{...i.locale,time_zone:"server"},config:{...i.config,time_zone:"UTC"}};return S(t,e,e)}function Bt(i,n){let e=new Date(n);return S(i,e,e)}function Qi(i,n){return Bt(i,n).replace(/^0?(\d+):00(\s?[ap]\.?\s?m\.?)$/i,"$1$2")}function dt(i,n,e,t){return`${S(i,new Date(n),t)}–${Bt(i,e)}`}function es(i,n,e){let t=[];for(let r of n){let[a,l]=[Date.parse(r.start),Date.parse(r.end)];if(!(l>e.getTime())||!(r.power_w>0))continue;let d=t.at(-1);d&&a<=d[1]?d[1]=Math.max(d[1],l):t.push([a,l])}let s=r=>T(r,i.config.time_zone).slice(0,10),o=t.slice(0,zn).map(([r,a],l)=>{let d=t[l-1],p=d!==void 0&&s(d[0])===s(r);return dt(i,r,a,p?new Date(r):e)});return t.length>zn&&o.push(`+${t.length-zn}`),o.join(", ")}function Ke(i,n,e="short"){let t=Sr+I.indexOf(n)*864e5;return new Intl.DateTimeFormat(i.locale.language,{weekday:e,timeZone:"UTC"}).format(t)}function Cr(i,n){let e=I.filter(o=>n.includes(o)),t=[];for(let o of e){let r=t.at(-1);r&&I.indexOf(r.at(-1)??"")===I.indexOf(o)-1?r.push(o):t.push([o])}let s=o=>Ke(i,o??"");return t.map(o=>o.length<3?o.map(s).join(", "):`${s(o[0])}–${s(o.at(-1))}`).join(", ")}var Er=["kwh","percent","km"],O=class extends x{constructor(){super(...arguments);this.snapshot=null;this.detail=null;this.goal=null;this.busy=!1;this.error=null;this.left=new Set}willUpdate(e){if(!this.clock||this.form&&!e.has("goal"))return;let t=this.clock.config.time_zone;this.form=this.goal?Gi(this.goal,Date.now(),t):Bi(Date.now(),t),this.left=new Set}firstUpdated(){this.renderRoot.querySelector("h3")?.focus()}render(){let{clock:e,words:t,form:s}=this;if(!e||!t||!s)return u;let o=jt(s,Date.now(),e.config.time_zone),r=Object.fromEntries(Object.entries(o).filter(([a])=>this.left.has(a)));return c`<form novalidate @submit=${this.save} @keydown=${this.escape} aria-labelledby="title">
<h3 id="title" tabindex="-1">${t(this.goal?"goal.change":"goal.new")}</h3>
${this.amount(s,r,e,t)} ${this.when(s,r,e,t)}
${this.details(s,r,t)} ${this.said(s,e,t)}
${this.error===null?u:c`<div class="note fails" role="alert">
<ha-icon icon="mdi:alert-circle-outline"></ha-icon>
<div>${this.error}</div>
</div>`}
<div class="ends">
<button type="button" @click=${()=>q(this,"goal-cancel")}>${t("goal.cancel")}</button>
<button class="main" ?disabled=${this.busy}>${t("goal.save")}</button>
</div>
</form>`}amount(e,t,s,o){let{usual:r,step:a}=ue[e.unit];return c`<fieldset>
<legend>${o("goal.amount")}</legend>
${this.choice("unit",Er,e.unit,l=>o(`goal.${l}`),l=>{let d=ue[l].usual[1]??1;this.put({unit:l,amount:String(d)},"amount")})}
<div class="amount">
<button type="button" class="turn" aria-label=${o("goal.less")} @click=${()=>this.turn(-a)}>
<ha-icon icon="mdi:minus"></ha-icon>
</button>
<label class="number">
<span class="seen">${o("goal.amount")}</span>
<input
class="big"
inputmode="decimal"
autocomplete="off"
.value=${e.amount}
aria-invalid=${t.amount!==void 0}
aria-describedby="amount-wrong"
@input=${l=>this.put({amount:ut(l)})}
@change=${()=>this.leave("amount")}
/>
<span class="sign" aria-hidden="true">${ue[e.unit].sign}</span>
</label>
<button type="button" class="turn" aria-label=${o("goal.more")} @click=${()=>this.turn(a)}>
<ha-icon icon="mdi:plus"></ha-icon>
</button>
</div>
<div class="usual">
${r.map(l=>c`<button
type="button"
class=${te(e.amount)===l?"main":""}
aria-pressed=${te(e.amount)===l}
@click=${()=>this.put({amount:String(l)},"amount")}
>
${Be(s,l,e.unit)}
</button>`)}
</div>
${this.wrong("amount",t.amount,o)}
</fieldset>`}when(e,t,s,o){return c`<fieldset>
<legend>${o("goal.when")}</legend>
${this.choice("once",["once","repeats"],e.once?"once":"repeats",r=>o(`goal.${r}`),r=>this.put({once:r==="once"}))}
${e.once?this.day(e,t,s,o):this.days(e,s,o)}
<label class="row">
<span>${o("goal.time")}</span>
<input
type="time"
required
.value=${e.time}
aria-invalid=${t.time!==void 0}
aria-describedby="time-wrong"
@input=${r=>this.put({time:ut(r)})}
@change=${()=>this.leave("time","date")}
/>
</label>
${this.wrong("time",t.time,o)}
</fieldset>`}day(e,t,s,o){let r=T(Date.now(),s.config.time_zone).slice(0,10),a=[["goal.today",r],["goal.tomorrow",j(r,1)]];return c`<div class="usual">
${a.map(([l,d])=>c`<button
type="button"
class=${e.date===d?"main":""}
aria-pressed=${e.date===d}
@click=${()=>this.put({date:d},"date")}
>
${o(l)}
</button>`)}
</div>
<label class="row">
<span>${o("goal.date")}</span>
<input
type="date"
required
min=${r}
.value=${e.date}
aria-invalid=${t.date!==void 0}
aria-describedby="date-wrong"
@input=${l=>this.put({date:ut(l)})}
@change=${()=>this.leave("date")}
/>
</label>
${this.wrong("date",t.date,o)}`}days(e,t,s){return c`<div class="days" role="group" aria-label=${s("goal.weekdays")}>
${I.map(o=>c`<label>
<input
class="seen"
type="checkbox"
.checked=${e.weekdays.includes(o)}
aria-label=${Ke(t,o,"long")}
@change=${r=>{let a=e.weekdays.filter(l=>l!==o);this.put({weekdays:r.target.checked?[...a,o]:a})}}
/><span aria-hidden="true">${Ke(t,o,"narrow")}</span>
</label>`)}
</div>
<p class="help">${e.weekdays.length===0?s("goal.all_days"):c`&nbsp;`}</p>`}details(e,t,s){return c`<details ?open=${e.most_starts!==""||e.precondition!==""}>
<summary>${s("goal.details")}</summary>
<label class="row">
<span>${s("goal.starts")}<small>${s("goal.starts_help")}</small></span>
<select
.value=${e.most_starts}
@change=${o=>this.put({most_starts:ut(o)},"most_starts")}
>
<option value="" ?selected=${e.most_starts===""}>${s("goal.any_starts")}</option>
${Array.from({length:Cn},(o,r)=>String(r+1)).map(o=>c`<option value=${o} ?selected=${e.most_starts===o}>${o}</option>`)}
</select>
</label>
${this.wrong("most_starts",t.most_starts,s)}
<label class="row">
<span>${s("goal.precondition")}<small>${s("goal.precondition_help")}</small></span>
<input
inputmode="numeric"
autocomplete="off"
placeholder="0"
.value=${e.precondition}
aria-invalid=${t.precondition!==void 0}
aria-describedby="precondition-wrong"
@input=${o=>this.put({precondition:ut(o)})}
@change=${()=>this.leave("precondition")}
/>
</label>
${this.wrong("precondition",t.precondition,s)}
</details>`}said(e,t,s){let o=Vi(e,this.snapshot,this.detail,Date.now(),t.config.time_zone),r=o?.most_kwh===void 0?"":Ge(t,Math.floor(o.most_kwh*10)/10);return o?c`<div class="note warns" role="status">
<ha-icon icon="mdi:information-outline"></ha-icon>
<div>${s(o.key,{most:r})}</div>
</div>`:u}choice(e,t,s,o,r){return c`<div class="choice" role="radiogroup">
${t.map(a=>c`<label>
<input
class="seen"
type="radio"
name=${e}
.checked=${a===s}
@change=${()=>r(a)}
/><span>${o(a)}</span>
</label>`)}
</div>`}wrong(e,t,s){let o=t?c`<ha-icon icon="mdi:alert-circle"></ha-icon>${s(t.key,t.values)}`:u;return c`<p class="wrong" id="${e}-wrong">${o}</p>`}put(e,...t){this.form&&(this.form={...this.form,...e}),t.length>0&&this.leave(...t)}leave(...e){this.left=new Set([...this.left,...e])}turn(e){if(!this.form)return;let{least:t,most:s,step:o}=ue[this.form.unit],r=te(this.form.amount)??t,a=e>0?Math.floor(r/o+1)*o:Math.ceil(r/o-1)*o;this.put({amount:String(Math.min(s,Math.max(t,a)))},"amount")}escape(e){e.key==="Escape"&&(e.stopPropagation(),q(this,"goal-cancel"))}save(e){if(e.preventDefault(),!this.form||!this.clock||this.busy)return;if(Object.keys(jt(this.form,Date.now(),this.clock.config.time_zone)).length===0){q(this,"goal-save",this.form);return}this.leave("amount","date","time","most_starts","precondition"),this.updateComplete.then(()=>{let s=this.renderRoot.querySelector('[aria-invalid="true"]');s?.closest("details")?.setAttribute("open",""),s?.focus()})}static{this.styles=Yi}};h([b({attribute:!1})],O.prototype,"clock",2),h([b({attribute:!1})],O.prototype,"words",2),h([b({attribute:!1})],O.prototype,"snapshot",2),h([b({attribute:!1})],O.prototype,"detail",2),h([b({attribute:!1})],O.prototype,"goal",2),h([b({type:Boolean})],O.prototype,"busy",2),h([b({attribute:!1})],O.prototype,"error",2),h([y()],O.prototype,"form",2),h([y()],O.prototype,"left",2);function ut(i){return i.target.value}function Rn(i,n){let e=document.createElement("a");e.href=i.hassUrl?.(n)??n,e.download="",e.target="_blank",e.rel="noopener",document.body.append(e),e.click(),e.remove()}async function Hn(i,n,e){let t=await i.callService("evse_ocpp",n,e,void 0,!1,!0);if(t.response===void 0)throw new Error(`evse_ocpp.${n}: –`);return t.response}async function ts(i,n,e,t){for(let s of n){let o={...e,format:t,config_entry_id:s,language:On(i)};Rn(i,(await Hn(i,"export_sessions",o)).url)}}var Ar=["en","it","de","es","fr"];function On(i){return Ar.find(n=>n===i.language.split("-",1)[0])}var pt="nobody";function Gt(i,n,e,t=0){return i.callWS({type:"evse_ocpp/sessions",...n,limit:e,offset:t})}function ns(i){return i.callWS({type:"evse_ocpp/list"})}function _e(i){return i===void 0?{}:i.startsWith("person:")?{person:i.slice(7)}:i.startsWith("card:")?{id_tag:i.slice(5)}:null}function is(i,n=[]){let e=i.wallboxes.filter(({connectors:t})=>n.length===0||t.some(({device_id:s})=>n.includes(s)));return[...new Set(e.map(({entry_id:t})=>t))]}function ss(i,n){return i.person??i.card??n("owner.nobody")}function Kt(i,n){let e=Object.entries(n??{});return e.length===0?"–":e.map(([t,s])=>A(i,s,t)).join(" + ")}function os(i,n){if(!n.startsWith("person:"))return null;let e=i.states[n.slice(7)]?.attributes.entity_picture;return typeof e=="string"&&e!==""?i.hassUrl?.(e)??e:null}function rs(i){return i===pt?"mdi:ev-plug-type2":i.startsWith("person:")?"mdi:account":"mdi:card-account-details-outline"}async function as(i,n,e){let t=zr(i,n,e);return(await Hn(i,"export_statement",t)).statements}function zr(i,n,e){let t=_e(n.owner)??{},s={month:n.month,format:e,language:On(i),device_id:n.devices,...t};return Object.fromEntries(Object.entries(s).filter(([,o])=>o!==void 0))}var Rr=24,qe=class extends L{constructor(){super(...arguments);this.month="";this.told=new H(this);this.written=[];this.doing=new K(this)}willUpdate(){let{hass:e}=this;if(e===void 0)return;let t=e.config.time_zone;this.month===""&&(this.month=Dt(Date.now(),t));let{start:s,end:o}=Mt(this.month,t),r={start:Le(s),end:Le(o),device_ids:this.config.devices};this.told.ask(JSON.stringify([r,e.language]),()=>Gt(e,r,1))}render(){let{hass:e,text:t}=this;if(e===void 0)return c`<ha-card></ha-card>`;let s=this.told.answer,o=this.told.error??this.doing.error;return c`<ha-card>
${this.problems()} ${this.chooser(e,t)} ${this.sums(e,s,t)}
${o===null?u:c`<p class="error" role="alert">${o}</p>`}
<div class="lists ${this.told.busy?"busy":""}" aria-busy=${this.told.busy}>
${s===null?u:s.count===0?c`<p class="hint">${t("month.none")}</p>`:this.lists(e,s,t)}
</div>
</ha-card>`}chooser(e,t){let s=Dt(Date.now(),e.config.time_zone),o=Array.from({length:Rr},(d,p)=>we(s,-p));o.includes(this.month)||o.push(this.month);let r=new Intl.DateTimeFormat(e.locale.language,{month:"long",year:"numeric",timeZone:"UTC"}),a=o.map(d=>[d,r.format(Date.parse(`${d}-15T12:00Z`))]),l=(d,p,m,f)=>c`<button
class="round"
aria-label=${p}
title=${p}
?disabled=${!f}
@click=${()=>this.show(we(this.month,m))}
>
<ha-icon icon=${d}></ha-icon>
</button>`;return c`<div class="top chooser">
${l("mdi:chevron-left",t("month.before"),-1,!0)}
${Ne(t("month.month"),a,this.month,d=>this.show(d))}
${l("mdi:chevron-right",t("month.after"),1,this.month<s)}
</div>`}show(e){this.month=e,this.written=[]}sums(e,t,s){let[o,r]=E(e.locale,t?.energy_wh);return xe([[s("sum.energy"),o,r],[s("sum.cost"),Kt(e.locale,t?.cost)],[s("sum.sun"),t===null?"–":lt(e.locale,t.energy_wh,t.sun_wh)]])}lists(e,t,s){let o=Math.max(...t.owners.map(({energy_wh:r})=>r),1);return c`
<section>
<h2 class="small">${s("month.by_owner")}</h2>
<ul>
${t.owners.map(r=>c`<li>
${this.face(e,r.owner)} ${this.sum(e,r,r.name||s("owner.nobody"),o,s)}
${_e(r.owner)===null?c`<span class="documents"></span>`:this.documents(r.owner,r.name,s)}
</li>`)}
</ul>
<div class="row all"><span class="quiet">${s("month.all_statements")}</span>${this.documents(void 0,s("month.everybody"),s)}</div>
${this.links(e,s)}
</section>
${t.wallboxes.length>1?c`<section>
<h2 class="small">${s("month.by_wallbox")}</h2>
<ul>
${t.wallboxes.map(r=>c`<li>
<span class="face"><ha-icon icon="mdi:ev-station"></ha-icon></span>
${this.sum(e,r,r.name,Math.max(...t.wallboxes.map(({energy_wh:a})=>a),1),s)}
</li>`)}
</ul>
</section>`:u}
`}face(e,t){let s=os(e,t);return s!==null?c`<img class="face" src=${s} alt="" loading="lazy" />`:c`<span class="face"><ha-icon icon=${rs(t)}></ha-icon></span>`}sum(e,t,s,o,r){let a=lt(e.locale,t.energy_wh,t.sun_wh),l=r(t.sessions===1?"month.session":"month.sessions",{count:t.sessions});return c`<div class="sum">
<div class="names"><bdi>${s}</bdi><span>${E(e.locale,t.energy_wh).join(" ")}</span></div>
${Wt(Nt(t),e.locale,r,t.energy_wh/o)}
<div class="names quiet">
<span>${l}${t.sun_wh===null?u:` · ${r("month.sun",{share:a})}`}</span>
<span>${A(e.locale,t.cost,t.currency)}</span>
</div>
</div>`}documents(e,t,s){return c`<span class="documents">
${["pdf","csv"].map(o=>{let r=s("month.statement",{name:t,format:o.toUpperCase()});return c`<button
aria-label=${r}
title=${r}
?disabled=${this.doing.busy!==null}
@click=${()=>this.download(e,o)}
>
${o.toUpperCase()}
</button>`})}
</span>`}download(e,t){let{hass:s,month:o}=this;s!==void 0&&this.doing.run(t,async()=>{let r=await as(s,{month:o,owner:e,devices:this.config.devices},t);this.written=r.length>1?r:[],r.length===1&&r[0]&&Rn(s,r[0].url)})}links(e,t){return this.written.length===0?u:c`<div class="hint" role="status">
${t("month.written")}
<div class="links">
${this.written.map(({name:s,format:o,url:r})=>c`<a class="button" href=${e.hassUrl?.(r)??r} download target="_blank" rel="noopener">
<ha-icon icon="mdi:download"></ha-icon><bdi>${s}</bdi> ${o.toUpperCase()}
</a>`)}
</div>
</div>`}static{this.styles=[de,Fe,v`.chooser{flex-wrap:nowrap;align-items:end}.chooser label{flex:1;max-inline-size:20rem}.chooser select{font-size:1.1rem;font-weight:500}.lists{min-block-size:420px}section + section{margin-block-start:20px}ul:not(.legend){margin:0;padding:0;list-style:none}li{display:flex;align-items:center;gap:12px;padding-block:10px;border-block-end:1px solid var(--divider-color)}.face{flex:none;display:grid;place-items:center;inline-size:40px;block-size:40px;border-radius:50%;object-fit:cover;color:var(--primary-color);background:color-mix(in srgb,var(--primary-color) 14%,transparent)}.sum{flex:1;min-inline-size:0;display:grid;grid-template-columns:minmax(0,1fr);gap:5px}.names{display:flex;justify-content:space-between;gap:12px;white-space:nowrap;font-variant-numeric:tabular-nums}.names > :first-child{overflow:hidden;text-overflow:ellipsis}.documents{display:inline-flex;gap:4px}.documents button{padding:0 8px;font-size:0.75rem;min-inline-size:44px}.all + .hint{margin-block-start:10px}.links{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:8px}.all{padding-block-start:10px}@container (max-width:420px){li{flex-wrap:wrap}li .documents{inline-size:100%;justify-content:end}li .documents:empty{display:none}}`]}};h([y()],qe.prototype,"month",2),h([y()],qe.prototype,"written",2);function qt(i){let n=$(ce());return{schema:[{name:i,selector:{device:{filter:[{integration:M}]}}},{name:"name",selector:{text:{}}}],computeLabel:({name:e})=>n(e==="name"?"editor.name":i==="site"?"phases.site":"editor.device")}}function ls(i,n){let e=i.sites.filter(o=>n===void 0||o.device_id===n),[t]=e;if(t===void 0)return{of:"nothing",why:n===void 0?"none":"gone",houses:[]};if(e.length>1)return{of:"nothing",why:"choose",houses:e.map(r=>({id:r.device_id??"",name:r.name})).filter(r=>r.id!=="")};let s=i.wallboxes.filter(o=>o.entry_id===t.entry_id&&o.site_id===t.site_id).flatMap(o=>o.connectors)[0]?.device_id;return s===void 0?{of:"nothing",why:"empty",houses:[]}:{of:"house",name:t.name,follow:s}}function Hr(i,n){return["connection","language","locale","devices","entities"].some(t=>i?.[t]!==n?.[t])}var $e=class extends x{constructor(){super(...arguments);this.config=Q({});this.asking=new H(this);this.following=new re(this);this.choice=null}static{this.getStubConfig=()=>({})}static{this.getConfigForm=()=>qt("site")}setConfig(e){let t=Q(e),s=e?.site??void 0,o=[...t.problems];s!==void 0&&typeof s!="string"&&o.push({field:"site",came:String(JSON.stringify(s)).slice(0,60),allowed:"problem.text"}),this.config={device:t.device,name:t.name,problems:o,site:typeof s=="string"&&s||void 0}}getCardSize(){return 4}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}willUpdate(){let{hass:e,config:t}=this;if(!e)return;let s=t.device??this.chosen??t.site;if(s!==void 0&&W(e).includes(s))this.choice={of:"house",name:"",follow:s};else{let o={type:"evse_ocpp/list"};this.asking.ask(`list ${t.site}`,()=>e.callWS(o)),this.choice=this.asking.answer&&ls(this.asking.answer,s)}this.following.of(e,this.choice?.of==="house"?this.choice.follow:void 0)}render(){let{hass:e,config:t,choice:s}=this;if(!e)return u;let o=$(e.language),r=t.problems.map(d=>R(Oe(d,o)));if(s?.of==="nothing"||s===null&&this.asking.error!==null)return c`<ha-card><div class="bare">${r}${this.nothing(s,o)}</div></ha-card>`;let{snapshot:a}=this.following,l=t.name??(a?.site?.name||t.site&&D(e,t.site)||o("phases.title"));return c`<ha-card>
<div class="full">
${r}
<h2><bdi>${l}</bdi></h2>
<evse-ocpp-phases .hass=${e} .snapshot=${a}></evse-ocpp-phases>
</div>
</ha-card>`}nothing(e,t){let o={level:"info",icon:"mdi:home-lightning-bolt-outline",link:{path:Tt,text:t("hint.open_integration")}};if(e===null||e.of==="house"){let r=this.asking.error??void 0;return R({...o,level:"warning",title:t("hint.not_loaded"),text:r})}switch(e.why){case"choose":return R({...o,link:void 0,title:t("phases.choose"),buttons:e.houses.map(({id:r,name:a})=>({text:a||r,press:()=>this.chosen=r}))});case"gone":return R({...o,level:"warning",title:t("phases.gone"),text:t("phases.gone_text")});case"empty":return R({...o,title:t("phases.empty"),text:t("phases.empty_text")});default:return R({...o,title:t("phases.none"),text:t("phases.none_text")})}}static{this.styles=Me}};h([b({attribute:!1,hasChanged:Hr})],$e.prototype,"hass",2),h([y()],$e.prototype,"config",2),h([y()],$e.prototype,"chosen",2);function cs(i){let n=i.fuse_a.map((o,r)=>Pn(i.grid_a[r])),e=Math.max(1,...i.fuse_a.map((o,r)=>Math.max(o*1.1,n[r]??0,Pn(i.cars_a[r])??0))),t=Math.min(0,...n.map(o=>o??0)),s=o=>o/(e-t)*100;return i.fuse_a.map((o,r)=>{let a=i.meter_lost?null:n[r]??null,l=Pn(i.cars_a[r]),d=Math.max(0,a??l??0),p=Math.min(d,Math.max(0,l??0));return{name:`L${r+1}`,fuse_a:o,grid_a:a,cars_a:l,room_a:a===null?null:o-a,state:Or(a,o),zero:s(0-t),house:s(d-p),cars:s(p),export:s(Math.max(0,-(a??0))),fuse:s(o-t)}})}function Or(i,n){return i===null?"silent":i>n?"over":i>=n*.9?"nearly":i<0?"exports":"calm"}function Pn(i){return typeof i=="number"&&Number.isFinite(i)?i:null}var Ve=class extends x{constructor(){super(...arguments);this.snapshot=null}shouldUpdate(e){let t=e.get("hass"),s=!t||t.language!==this.hass?.language||t.locale!==this.hass.locale,o=JSON.stringify(this.snapshot&&[this.snapshot.loaded,this.snapshot.site]),r=o!==this.shown;return this.shown=o,r||e.has("hass")&&s}willUpdate(){this.hass&&(this.words=$(this.hass.language))}render(){let{hass:e,words:t,snapshot:s}=this;if(!e||!t)return u;if(s===null)return c`<div class="loading" role="status"><span class="seen">${t("phases.loading")}</span></div>`;let{site:o}=s;if(s.loaded===!1)return Mn(t("hint.not_loaded_text"),"mdi:puzzle-remove-outline",!0);if(o===null)return Mn(t("phases.no_site"),"mdi:home-lightning-bolt-outline");let r=cs(o);return c`
${o.meter_lost?Mn(t("phases.meter_lost"),"mdi:meter-electric-outline",!0):u}
<div class="bars">${r.map(a=>this.bar(a,t,e.locale,r.length))}</div>
${this.legend(o,r,t,e.locale)}
${o.has_meter!==!1?u:c`<p>${t("phases.no_meter")}</p>`}
${o.sum_only?c`<p>${t("phases.sum_only")}</p>`:u}
`}bar(e,t,s,o){let r=o===1?t("phases.fuse"):e.name,a=this.told(e,t,s),l=e.grid_a===null?"–":C(s,e.grid_a,1,!0);return c`<div class="phase ${e.state}">
<span class="name">${r}</span>
<div
class="track"
dir="ltr"
role="meter"
aria-label=${r}
aria-valuemin=${Math.min(0,Math.floor(e.grid_a??0))}
aria-valuemax=${Math.max(e.fuse_a,Math.ceil(e.grid_a??0))}
aria-valuenow=${e.grid_a??0}
aria-valuetext="${l} A ${t("phases.of_fuse",{fuse:U(s,e.fuse_a)})}, ${a.join(", ")}"
>
<i class="export" style="right:${100-e.zero}%;width:${e.export}%"></i>
<i class="house" style="left:${e.zero}%;width:${e.house}%"></i>
<i class="cars ${e.house>0?"":"alone"}" style="left:${e.zero+e.house}%;width:${e.cars}%"></i>
${e.zero>0?c`<i class="zero" style="left:${e.zero}%"></i>`:u}
<i class="fuse" style="left:${e.fuse}%"></i>
</div>
<span class="value" aria-hidden="true"
><bdi><strong>${l}</strong> A</bdi> <small>${t("phases.of_fuse",{fuse:C(s,e.fuse_a,1)})}</small></span
>
<span class="told" aria-hidden="true">
${e.state==="over"||e.state==="nearly"?c`<ha-icon icon="mdi:alert"></ha-icon>`:u}
${a.join(" · ")}
</span>
</div>`}told(e,t,s){let o=e.cars_a===null||e.cars_a<=0?[]:[t("phases.of_cars",{cars:U(s,e.cars_a)})];return e.grid_a===null||e.room_a===null?[t("phases.unknown"),...o]:e.state==="over"?[t("phases.over",{over:U(s,-e.room_a)}),...o]:e.state==="exports"?[t("phases.exports",{export:U(s,-e.grid_a)}),...o]:[t("phases.room",{room:U(s,e.room_a)}),...o]}legend(e,t,s,o){let r=t.some(l=>l.export>0),a=e.surplus_w;return c`<div class="legend">
${e.has_meter!==!1?c`<span><i class="house"></i>${s("phases.house")}</span>`:u}
<span><i class="cars"></i>${s("phases.cars")}</span>
${r?c`<span><i class="export"></i>${s("phases.export")}</span>`:u}
<span class="facts">
${a!==null&&a>0?c`<span>${s("phases.surplus")} <strong>${F(o,a).join(" ")}</strong></span>`:u}
${e.price===null?u:c`<span>${s("phases.price")} <strong>${C(o,e.price,3)} ${e.currency}/kWh</strong></span>`}
</span>
</div>`}static{this.styles=[pe,v`:host{display:grid;gap:12px;--house:rgba(var(--rgb-primary-text-color,33,33,33),0.38);--cars:var(--primary-color,#009ac7);--export:var(--energy-solar-color,#ff9800)}.loading{min-block-size:182px;border-radius:12px;background:var(--quiet)}.bars{display:grid;gap:12px}.phase{display:grid;grid-template-columns:auto 1fr auto;grid-template-areas:"name told value" "track track track";align-items:baseline;column-gap:10px;row-gap:4px}.name{grid-area:name;font-weight:500}.value{grid-area:value;font-variant-numeric:tabular-nums;white-space:nowrap}.value strong{font-size:18px;font-weight:500}small{font-size:13px;color:var(--secondary-text-color)}.told{grid-area:told;min-inline-size:0;font-size:12px;color:var(--secondary-text-color);--mdc-icon-size:14px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.track{grid-area:track;position:relative;block-size:14px;border-radius:7px;background:var(--quiet)}.track i{position:absolute;top:0;bottom:0;transition:width 0.6s ease,left 0.6s ease,right 0.6s ease}.track .house{border-radius:7px 2px 2px 7px}.track .cars{border-radius:2px 7px 7px 2px}.track .export{border-radius:7px 2px 2px 7px}.track .alone{border-radius:7px}.house{background:var(--house)}.cars{background:var(--cars)}.export{background:var(--export)}.track .zero{width:2px;margin-left:-1px;top:-3px;bottom:-3px;background:var(--secondary-text-color)}.track .fuse{width:3px;margin-left:-1.5px;top:-4px;bottom:-4px;border-radius:2px;background:var(--primary-text-color)}.nearly ha-icon{color:var(--warning-color,#ffa600)}.over ha-icon{color:var(--error-color,#db4437)}.over .told{color:var(--primary-text-color);font-weight:500}.over .house,.over .cars{background-color:var(--error-color,#db4437)}.over .cars{opacity:0.7}.silent .track{background:repeating-linear-gradient( -45deg,var(--quiet) 0 6px,rgba(var(--rgb-primary-text-color,33,33,33),0.12) 6px 12px )}.legend,.facts{display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px}p{margin:0}p,.legend{font-size:12px;color:var(--secondary-text-color)}.legend > span:not(.facts){display:inline-flex;align-items:center;gap:6px}.legend i{inline-size:10px;block-size:10px;border-radius:3px}.facts{margin-inline-start:auto}.facts strong{color:var(--primary-text-color);font-weight:500}`]}};h([b({attribute:!1})],Ve.prototype,"hass",2),h([b({attribute:!1})],Ve.prototype,"snapshot",2);function Mn(i,n,e=!1){return c`<div class="note ${e?"warns":""}" role=${e?"status":"note"}>
<ha-icon icon=${n}></ha-icon>
<div>${i}</div>
</div>`}var ke=class extends x{constructor(){super(...arguments);this.config=Q({});this.following=new re(this)}static{this.getStubConfig=Ot}static{this.getConfigForm=()=>qt("device")}setConfig(e){this.config=Q(e)}getCardSize(){return 8}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}willUpdate(e){let{hass:t}=this;if(!t)return;let s=e.get("hass"),o=s?.devices!==t.devices||s?.entities!==t.entities;(!this.found||o||e.has("config")||e.has("chosen"))&&(this.found=At(t,{...this.config,entities:void 0},this.chosen)),this.following.of(t,this.found.of==="device"?this.found.device:void 0)}render(){let{hass:e,config:t,found:s}=this;if(!e||!s)return u;let o=$(e.language),r=t.problems.map(a=>R(Oe(a,o)));if(s.of!=="device"){let a=s.of==="nothing"?R(Ct(s,o,l=>this.chosen=l)):u;return c`<ha-card><div class="bare">${r}${a}</div></ha-card>`}return c`<ha-card>
<div class="full">
${r}
<h2><bdi>${t.name??(D(e,s.device)||o("card.name"))}</bdi></h2>
<evse-ocpp-plan
.hass=${e}
.snapshot=${this.following.snapshot}
.deviceId=${s.device}
></evse-ocpp-plan>
</div>
</ha-card>`}static{this.styles=[Me,v`.full{min-block-size:468px;box-sizing:border-box}`]}};h([b({attribute:!1})],ke.prototype,"hass",2),h([y()],ke.prototype,"config",2),h([y()],ke.prototype,"chosen",2);var Ye=36e5,mt=Ye/4,Pr=12*Ye,Mr=48*Ye,Dr=55;function ps(i,n,e){let t=ds(i.prices,n),s=ds(i.sun,n),o=Lr(i.planned?.slots??[],n);if(t.length===0&&s.length===0&&o.length===0)return null;let r=i.planned?Date.parse(i.planned.due):NaN,a=Math.floor(n/mt)*mt,l=[...t,...o].map(w=>w.end);r>n&&l.push(r+Ye);let d=l.length>0?Math.max(...l):a+24*Ye,p=a+Math.min(Mr,Math.max(Pr,d-a)),m=w=>(fs(w,a,p)-a)/(p-a)*100,f=Wr(t,s,o,a,p),g=Fr(f),_=Math.max(0,...f.map(w=>w.sun_w??0)),P=Math.max(1,...o.map(w=>w.power_w));return{from:a,to:p,stretches:f,prices:us(f,m,w=>w.price===null?null:g.y(w.price),g.zero),planned:us(f,m,w=>w.price===null||w.power_w===null?null:g.y(w.price),g.zero).area,sun:_>0?Ir(s,m,w=>100-w/_*Dr,a,p):null,zero:g.zero,levels:g.levels,digits:g.digits,hours:Br(a,p,e,m),runs:jr(o,P,p,m),now:m(n),due:r>a&&r<=p?m(r):null}}function ms(i,n){let e=i.from+(i.to-i.from)*n/100;return i.stretches.findIndex(t=>t.start<=e&&e<t.end)}function hs(i){let n=[];for(let e of i.stretches){let t=n.at(-1);t&&t.end===e.start&&t.price===e.price&&t.power_w===e.power_w?(t.end=e.end,t.sun_w=Nr(t.sun_w,e.sun_w),t.cost!==null&&e.cost!==null&&(t.cost+=e.cost)):n.push({...e})}return n}function Nr(i,n){return i===null||n===null?i??n:(i+n)/2}function ds(i,n){return i.map(e=>({start:Date.parse(e.start),end:Date.parse(e.end),value:e.value})).filter(e=>e.end>e.start&&e.end>n&&Number.isFinite(e.value)).sort((e,t)=>e.start-t.start)}function Lr(i,n){return i.map(e=>({start:Date.parse(e.start),end:Date.parse(e.end),power_w:e.power_w,from_sun_w:e.from_sun_w??0,cost:e.cost})).filter(e=>e.end>e.start&&e.end>n&&e.power_w>0)}function Wr(i,n,e,t,s){let o=new Set([t,s]);for(let l of[...i,...n,...e])for(let d of[l.start,l.end])d>t&&d<s&&o.add(d);let r=[...o].sort((l,d)=>l-d),a=[];return r.slice(0,-1).forEach((l,d)=>{let p=r[d+1]??s,m=g=>g.start<=l&&l<g.end,f=e.find(m);a.push({start:l,end:p,price:i.find(m)?.value??null,sun_w:n.find(m)?.value??null,power_w:f?.power_w??null,from_sun_w:f?.from_sun_w??0,cost:f==null||f.cost===null?null:f.cost*(p-l)/(f.end-f.start)})}),a}function Fr(i){let n=i.map(p=>p.price).filter(p=>p!==null),e=Math.min(0,...n),t=Math.max(0,...n),s=Ur((t-e||1)/3),o=Math.floor(e/s+1e-9)*s,r=Math.max(o+s,Math.ceil(t/s-1e-9)*s),a=p=>(r-p)/(r-o)*100,l=n.length===0?0:Math.round((r-o)/s),d=Array.from({length:l+1},(p,m)=>o+m*s);return{y:a,zero:a(0),levels:n.length===0?[]:d.map(p=>({value:Math.abs(p)<s/2?0:p,y:a(p)})),digits:Math.min(4,Math.max(0,-Math.floor(Math.log10(s)+1e-9)))}}function Ur(i){let n=10**Math.floor(Math.log10(i));return([1,2,5,10].find(e=>e*n>=i*.999)??10)*n}function us(i,n,e,t){let s=[],o=[],r=!1;return i.forEach((a,l)=>{let d=e(a);if(d===null)return;let[p,m,f]=[B(n(a.start)),B(n(a.end)),B(d)];r?o.push(`V${f}`):(s.push(`M${p} ${B(t)}`),o.push(`M${p} ${f}`)),s.push(`L${p} ${f}H${m}`),o.push(`H${m}`);let g=i[l+1];r=g!==void 0&&e(g)!==null,r||s.push(`V${B(t)}Z`)}),{area:s.join(""),edge:o.join("")}}function jr(i,n,e,t){let s=[];for(let o of i.filter(r=>r.start<e)){let r=s.at(-1),a=r&&r.power_w===o.power_w&&r.from_sun_w===o.from_sun_w;r&&a&&r.end===o.start?r.end=o.end:s.push({...o})}return s.map(o=>({x:B(t(o.start)),width:B(t(o.end)-t(o.start)),power:o.power_w/n,sun:fs(o.from_sun_w/o.power_w,0,1)}))}function Ir(i,n,e,t,s){let o=i.filter(p=>p.start<s&&p.end>t),r=[],a=[],l=[],d=p=>{let[m,f]=[l[0],p??l.at(-1)];if(m&&f&&l.some(g=>g.value>0)){let g=[...l,...p?[p]:[]].map(_=>`${B(n(Dn(_)))} ${B(e(Math.max(0,_.value)))}`);a.push(`M${g.join("L")}`),r.push(`M${B(n(Dn(m)))} 100L${g.join("L")}L${B(n(Dn(f)))} 100Z`)}l=p?[p]:[]};for(let p of o)p.value>0?l.push(p):l.some(m=>m.value>0)?d(p):l=[p];return d(),{area:r.join(""),edge:a.join("")}}function Dn(i){return(i.start+i.end)/2}function Br(i,n,e,t){let s=n-i<=15*Ye?3:6,o=[];for(let r=Math.ceil(i/mt)*mt;r<=n;r+=mt){let a=T(r,e),l=Number(a.slice(11,13));a.endsWith(":00")&&l%s===0&&o.push({at:r,x:t(r),midnight:l===0})}return o}function fs(i,n,e){return Math.min(e,Math.max(n,i))}function B(i){return Math.round(i*100)/100}var gs=[pe,v`:host{--price:var(--secondary-text-color,#727272);--charging:var(--primary-color,#009ac7);--sun-color:var(--energy-solar-color,#ff9800);font-size:12px}.top{display:flex;align-items:center;block-size:28px}.top button{flex:none;margin-inline-end:-12px}.read{flex:1;min-inline-size:0;display:flex;align-items:center;gap:10px;color:var(--secondary-text-color);font-variant-numeric:tabular-nums;white-space:nowrap;overflow:hidden}.read strong{color:var(--primary-text-color);font-weight:500}.read span{display:inline-flex;align-items:center;gap:4px}.plot{position:relative;padding-left:36px;padding-top:10px}.level{position:absolute;left:-36px;inline-size:30px;text-align:right;line-height:1;font-size:11px;color:var(--secondary-text-color);font-variant-numeric:tabular-nums;transform:translateY(-50%)}.field{position:relative;block-size:150px;cursor:crosshair;touch-action:pan-y;border-radius:4px}svg{position:absolute;inset:0;inline-size:100%;block-size:100%;display:block;overflow:visible}path,line{vector-effect:non-scaling-stroke;fill:none}.grid{stroke:var(--line);stroke-width:1}.zero{stroke:var(--price);stroke-width:1;opacity:0.6}.price-area{fill:var(--price);fill-opacity:0.16}.price-edge{stroke:var(--price);stroke-width:1.5;stroke-linejoin:round;opacity:0.75}.planned{fill:var(--charging);fill-opacity:0.85}.sun-area{fill:var(--sun-color);fill-opacity:0.14}.sun-edge{stroke:var(--sun-color);stroke-width:1.5;stroke-linejoin:round}.looked{fill:var(--primary-text-color);fill-opacity:0.14}.now,.due{position:absolute;top:0;bottom:-22px;border-left:1.5px solid var(--primary-text-color);pointer-events:none}.now::before{content:"";position:absolute;top:-4px;left:-5px;inline-size:8px;block-size:8px;border-radius:50%;background:var(--primary-text-color)}.due{border-left:2px dashed var(--warning-color,#ffa600)}.due strong{position:absolute;top:-6px;left:4px;white-space:nowrap;font-weight:500;font-size:11px;line-height:18px;padding-inline:6px;border-radius:9px;background:var(--card-background-color,#fff);box-shadow:inset 0 0 0 1px var(--warning-color,#ffa600)}.due.left strong{left:auto;right:6px}.strip{position:relative;block-size:8px;margin-top:8px;border-radius:4px;background:var(--quiet);overflow:hidden}.strip i{position:absolute;top:0;bottom:0;background:linear-gradient(to top,var(--sun-color) var(--sun),var(--charging) var(--sun))}.hours{position:relative;block-size:22px;font-size:11px;color:var(--secondary-text-color);font-variant-numeric:tabular-nums}.hours span{position:absolute;top:5px;transform:translateX(-50%);white-space:nowrap}.hours .day{color:var(--primary-text-color);font-weight:500}.legend{margin-block-start:4px;display:flex;flex-wrap:wrap;align-items:center;column-gap:14px;color:var(--secondary-text-color)}.legend span{display:inline-flex;align-items:center;gap:6px}i.price,i.charging,i.sun{inline-size:10px;block-size:10px;border-radius:3px;background:var(--price)}i.price{opacity:0.55}i.charging{background:var(--charging)}i.sun{background:var(--sun-color)}.scroll{max-block-size:260px;overflow:auto;border-radius:8px}table{inline-size:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:6px 8px;text-align:end;font-weight:400;white-space:nowrap;border-block-end:1px solid var(--line)}th:first-child{text-align:start}thead th{position:sticky;inset-block-start:0;background:var(--card-background-color,#fff);color:var(--secondary-text-color)}.on th,.on td{background:var(--tint);font-weight:500}`];var Y=class extends x{constructor(){super(...arguments);this.now=0;this.looked=-1;this.asTable=!1;this.drawn=null}willUpdate(e){!this.detail||!this.clock||(e.has("detail")||e.has("now")||e.has("clock"))&&(this.drawn=ps(this.detail,this.now,this.clock.config.time_zone),this.looked>=(this.drawn?.stretches.length??0)&&(this.looked=-1))}render(){let{drawn:e,clock:t,words:s}=this;return!e||!t||!s?u:c`
<div class="top">
<div class="read" aria-hidden="true">${this.readout(e,t,s)}</div>
<button
class="sign"
aria-expanded=${this.asTable}
aria-label=${s("chart.table")}
title=${s("chart.table")}
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
aria-label=${`${s("chart.label")}. ${s("chart.help")}`}
aria-valuemin="0"
aria-valuemax=${e.stretches.length-1}
aria-valuenow=${Math.max(0,this.looked)}
aria-valuetext=${this.spoken(e,t,s)}
@pointermove=${this.point}
@pointerdown=${this.point}
@pointerleave=${this.leave}
@keydown=${this.step}
@blur=${this.leave}
>
${e.levels.map(o=>c`<span class="level" style="top:${o.y}%"
>${C(t.locale,o.value,e.digits,!0)}</span
>`)}
${this.picture(e)} ${this.marks(e,t,s)}
</div>
<div class="strip">
${e.runs.map(o=>c`<i
style="left:${o.x}%;width:${o.width}%;--sun:${o.sun*100}%;opacity:${.55+.45*o.power}"
></i>`)}
</div>
<div class="hours">
${e.hours.map(o=>c`<span style="left:${o.x}%" class=${o.midnight?"day":""}
>${o.midnight?this.weekday(o.at,t):Qi(t,o.at)}</span
>`)}
</div>
</div>
<div class="legend">
${e.prices.edge?c`<span><i class="price"></i>${s("chart.price")}</span>`:u}
${e.runs.length>0?c`<span><i class="charging"></i>${s("chart.charging")}</span>`:u}
${e.sun?c`<span><i class="sun"></i>${s("chart.sun")}</span>`:u}
</div>
${this.asTable?this.table(e,t,s):u}
`}picture(e){let t=e.stretches[this.looked],s=o=>(o-e.from)/(e.to-e.from)*100;return c`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
${e.levels.map(o=>se`<line class="grid" x1="0" x2="100" y1=${o.y} y2=${o.y} />`)}
<path class="price-area" d=${e.prices.area} />
<path class="planned" d=${e.planned} />
${e.sun?se`<path class="sun-area" d=${e.sun.area} /><path class="sun-edge" d=${e.sun.edge} />`:u}
<path class="price-edge" d=${e.prices.edge} />
${e.levels.length>0?se`<line class="zero" x1="0" x2="100" y1=${e.zero} y2=${e.zero} />`:u}
${t?se`<rect class="looked" x=${s(t.start)} width=${s(t.end)-s(t.start)} y="0" height="100" />`:u}
</svg>`}marks(e,t,s){let o=e.due===null||!this.detail?.planned?null:Date.parse(this.detail.planned.due);return c`<span class="now" style="left:${e.now}%"></span>
${o===null||e.due===null?u:c`<span class="due ${e.due>75?"left":""}" style="left:${e.due}%"
><strong>${s("plan.ready_by",{time:Bt(t,o)})}</strong></span
>`}`}readout(e,t,s){let o=e.stretches[this.looked];return o?c`<strong>${dt(t,o.start,o.end,new Date(this.now))}</strong>
${this.facts(o,t,s).map(([r,a,l])=>c`<span title=${r}><i class=${l}></i>${a}</span>`)}`:c`<span>${e.levels.length>0?`${this.detail?.currency??""}/kWh`:""}</span>`}spoken(e,t,s){let o=e.stretches[Math.max(0,this.looked)];if(!o)return"";let r=this.facts(o,t,s).map(([a,l])=>`${a} ${l}`);return[dt(t,o.start,o.end,new Date(this.now)),...r].join(", ")}facts(e,t,s){let o=[];return e.price!==null&&o.push([s("chart.price"),this.price(e.price,t),"price"]),e.power_w!==null&&o.push([s("chart.charging"),F(t.locale,e.power_w).join(" "),"charging"]),e.sun_w&&o.push([s("chart.sun"),F(t.locale,e.sun_w).join(" "),"sun"]),o}price(e,t){return`${C(t.locale,e,Math.max(3,this.drawn?.digits??0))} ${this.detail?.currency??""}/kWh`}table(e,t,s){let o=new Date(this.now);return c`<div class="scroll" tabindex="0" role="region" aria-label=${s("chart.label")}>
<table>
<thead>
<tr>
<th>${s("chart.time")}</th>
<th>${s("chart.price")}</th>
<th>${s("chart.charging")}</th>
<th>${s("chart.cost")}</th>
${e.sun?c`<th>${s("chart.sun")}</th>`:u}
</tr>
</thead>
<tbody>
${hs(e).map(r=>c`<tr class=${r.power_w===null?"":"on"}>
<th scope="row">${dt(t,r.start,r.end,o)}</th>
<td>${C(t.locale,r.price,Math.max(3,e.digits))}</td>
<td>${r.power_w===null?"":F(t.locale,r.power_w).join(" ")}</td>
<td>${r.cost===null?"":A(t.locale,r.cost,this.detail?.currency)}</td>
${e.sun?c`<td>${r.sun_w?F(t.locale,r.sun_w).join(" "):""}</td>`:u}
</tr>`)}
</tbody>
</table>
</div>`}weekday(e,t){let s=T(e,t.config.time_zone).slice(0,10),o=(new Date(`${s}T00:00:00Z`).getUTCDay()+6)%7;return Ke(t,I[o]??"mon")}point(e){let t=e.currentTarget.getBoundingClientRect();this.drawn&&t.width>0&&(this.looked=ms(this.drawn,(e.clientX-t.left)/t.width*100))}leave(e){e instanceof PointerEvent&&e.pointerType==="touch"||(this.looked=-1)}step(e){let t=(this.drawn?.stretches.length??0)-1,s={ArrowRight:this.looked+1,ArrowUp:this.looked+1,ArrowLeft:this.looked-1,ArrowDown:this.looked-1,PageDown:this.looked-8,PageUp:this.looked+8,Home:0,End:t,Escape:-1}[e.key];s===void 0||t<0||(e.preventDefault(),this.looked=e.key==="Escape"?-1:Math.min(t,Math.max(0,s)))}static{this.styles=gs}};h([b({attribute:!1})],Y.prototype,"detail",2),h([b({attribute:!1})],Y.prototype,"clock",2),h([b({attribute:!1})],Y.prototype,"words",2),h([b({type:Number})],Y.prototype,"now",2),h([y()],Y.prototype,"looked",2),h([y()],Y.prototype,"asTable",2);var bs=[pe,v`:host{display:grid;gap:12px;container-type:inline-size}.loading{min-block-size:400px;border-radius:12px;background:var(--quiet);animation:breathe 1.6s ease-in-out infinite alternate}@keyframes breathe{to{opacity:0.4}}header{display:flex;align-items:center;gap:12px}header > div{flex:1;min-inline-size:0}.lead{flex:none;inline-size:40px;block-size:40px;border-radius:50%;display:grid;place-items:center;background:var(--tint);color:var(--primary-text-color);--mdc-icon-size:22px}h2{margin:0;font-size:16px;font-weight:500}p{margin:0}header p{color:var(--secondary-text-color);overflow-wrap:anywhere}.add{flex:none;padding-inline:12px 16px;--mdc-icon-size:20px}.note p{margin-block-start:8px}.note.act{align-items:center}.note.act button{flex:none}ul{list-style:none;margin:0;padding:0;border-block-start:1px solid var(--line)}li{display:flex;align-items:center;min-block-size:56px;border-block-end:1px solid var(--line)}li > div{flex:1;min-inline-size:0}li strong{display:block;font-weight:500}li:last-child{border-block-end:0}li.first strong::after{content:"";display:inline-block;margin-inline-start:8px;inline-size:8px;block-size:8px;border-radius:50%;background:var(--primary-color)}li.off strong{color:var(--secondary-text-color);font-weight:400}small{font-size:13px;color:var(--secondary-text-color)}.use{position:relative;min-inline-size:52px;min-block-size:44px;display:grid;place-items:center;cursor:pointer}.use span{inline-size:40px;block-size:22px;border-radius:11px;background:rgba(var(--rgb-primary-text-color,33,33,33),0.28);transition:background 0.2s}.use span::after{content:"";display:block;margin:3px;inline-size:16px;block-size:16px;border-radius:50%;background:var(--card-background-color,#fff);transition:margin 0.2s}.use input:checked + span{background:var(--primary-color)}.use input:checked + span::after{margin-inline-start:21px}.undo{display:flex;align-items:center;justify-content:space-between;gap:12px;padding-inline:16px 4px;border-radius:12px;background:var(--quiet);overflow-wrap:anywhere}.undo:not(:has(button)){display:none}.undo button{background:none}.sides{display:grid;gap:12px 24px;align-items:start}.sides > *{min-inline-size:0}@container (min-width:760px){.sides{grid-template-columns:3fr 2fr}ul{border-block-start:0}}@container (max-width:380px){header{flex-wrap:wrap}.add{flex:1 1 100%}.note.act{flex-wrap:wrap}.note.act button{flex:1 1 100%}}`];var ys=6e4,Gr=1e4,Kr=["plan","solar","minimum_solar"],qr=["device_id","loaded","maximum_a","phases","plan_revision"],Z=class extends x{constructor(){super(...arguments);this.snapshot=null;this.edited=null;this.removed=null;this.now=Date.now();this.asking=new H(this);this.doing=new K(this);this.drawn=[]}connectedCallback(){super.connectedCallback(),this.now=Date.now(),this.minute=setInterval(()=>{this.now=Date.now()},ys)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.minute),clearTimeout(this.undoEnd)}shouldUpdate(e){let{hass:t,snapshot:s}=this,o=e.get("hass"),r=e.get("snapshot"),a=[this.asking.answer,this.asking.error,this.doing.busy,this.doing.error],l=a.some((d,p)=>d!==this.drawn[p]);return this.drawn=a,l||[...e.keys()].some(d=>d==="hass"?!(o?.language===t?.language&&o?.locale===t?.locale&&o?.config===t?.config)||this.modeEntity()!==this.mode:d!=="snapshot"||!r||!s||qr.some(p=>r[p]!==s[p])||!r.site!=!s.site)}willUpdate(e){let{hass:t}=this,s=this.connector;if(!t||!s)return;let o=e.get("hass");(o?.language!==t.language||this.words===void 0)&&(this.words=$(t.language)),(o?.locale!==t.locale||o?.config!==t.config||!this.clock)&&(this.clock=Zi(t)),this.mode=this.modeEntity(),this.asked!==s&&(this.asked=s,this.asking.answer=this.edited=this.removed=null);let r={type:"evse_ocpp/plan",device_id:s,language:t.language},{plan_revision:a,loaded:l}=this.snapshot??{};this.asking.ask(`${s} ${t.language} ${a} ${l}`,()=>(this.hass??t).callWS(r))}render(){let{hass:e,words:t,clock:s}=this;if(!e||!t||!s||!this.connector)return u;let o=this.asking.answer;if(o===null)return this.without(t);let r=Math.max(this.now,Date.now()-ys);return c`
${this.headline(o,t,s,r)} ${this.hints(o,t,s)}
<div class="sides">
<evse-ocpp-plan-chart .detail=${o} .clock=${s} .words=${t} .now=${this.now}></evse-ocpp-plan-chart>
${this.edited===null?this.goals(o,t,s):this.form(o,t,s,this.edited)}
</div>
${this.undo(t,s)}
`}form(e,t,s,o){return c`<evse-ocpp-goal-form
.clock=${s}
.words=${t}
.snapshot=${this.snapshot}
.detail=${e}
.goal=${o==="new"?null:o}
.busy=${this.doing.busy==="save"}
.error=${this.doing.error}
@goal-save=${r=>this.save(r.detail)}
@goal-cancel=${this.close}
></evse-ocpp-goal-form>`}without(e){let{error:t}=this.asking;return t===null?c`<div class="loading" role="status"><span class="seen">${e("plan.loading")}</span></div>`:this.snapshot?.loaded===!1?ht(e("hint.not_loaded_text"),"mdi:puzzle-remove-outline"):c`<div class="note fails" role="alert">
<ha-icon icon="mdi:alert-circle-outline"></ha-icon>
<div>
${e("plan.failed",{error:t})}
<p><button @click=${()=>this.asking.again()}>${e("plan.again")}</button></p>
</div>
</div>`}headline(e,t,s,o){let r=this.edited===null?c`<button class="main add" @click=${()=>this.open("new")}>
<ha-icon icon="mdi:plus"></ha-icon>${t("plan.add")}
</button>`:u,[a,l]=this.said(e,t,s,o);return c`<header>
<span class="lead"><ha-icon icon="mdi:calendar-clock"></ha-icon></span>
<div>
<h2>${a}</h2>
<p>${l}</p>
</div>
${r}
</header>`}said(e,t,s,o){let{planned:r}=e;if(r===null){if(e.goals.length===0)return[t("plan.none"),t("plan.none_hint")];let m=s.config.time_zone,f=e.goals.some(g=>g.enabled&&It(g,o,m)!==null);return[t("plan.waiting"),t(f?"plan.waiting_hint":"plan.off_hint")]}let a=new Date(o),l=t("plan.ready_by",{time:S(s,k(r.due),a)});if(!(r.needed_kwh>0))return[l,t("plan.reached")];let d=es(s,r.slots,a),p=[Ge(s,r.needed_kwh),d&&t("plan.charges",{times:d}),r.cost!==null&&t("plan.about",{cost:A(s.locale,r.cost,e.currency)})];return[l,p.filter(Boolean).join(" · ")]}hints(e,t,s){let{planned:o}=e,r=new Date(this.now),a=[];if(o!==null&&!o.met){let l=S(s,k(o.due),r),d=Ge(s,o.needed_kwh),p=k(o.ready_at);a.push(c`<div class="note warns" role="status">
<ha-icon icon="mdi:clock-alert-outline"></ha-icon>
<div>
<strong>${t("plan.unmet",{needed:d,time:l,possible:Ge(s,o.possible_kwh)})}</strong>
${p?t("plan.unmet_ready",{time:S(s,p,r)}):u}
</div>
</div>`)}if(this.mode&&z(this.mode)&&e.goals.length>0&&!Kr.includes(this.mode.state)){let l=this.hass?.formatEntityState(this.mode)??this.mode.state;a.push(c`<div class="note act">
<ha-icon icon="mdi:information-outline"></ha-icon>
<div>${t("plan.other_mode",{mode:l})}</div>
<button ?disabled=${this.doing.busy==="mode"} @click=${this.follow}>${t("plan.follow")}</button>
</div>`)}return this.snapshot?.loaded===!1?a.push(ht(t("hint.not_loaded_text"),"mdi:puzzle-remove-outline")):this.snapshot?.site===null?a.push(ht(t("plan.no_site"))):e.prices.length===0&&e.goals.length>0&&a.push(ht(t("plan.no_prices"))),Ri(s.config.time_zone,this.now)&&a.push(ht(t("plan.house_time",{zone:s.config.time_zone}),"mdi:map-clock-outline")),this.doing.error!==null&&this.edited===null&&a.push(c`<div class="note fails" role="alert">
<ha-icon icon="mdi:alert-circle-outline"></ha-icon>
<div>${this.doing.error}</div>
</div>`),a}goals(e,t,s){if(e.goals.length===0)return u;let o=s.config.time_zone;return c`<ul aria-label=${t("plan.goals")}>
${qi(e.goals,this.now,o).map(r=>this.goal(r,e,t,s))}
</ul>`}goal(e,t,s,o){let r=Xi(s,o,e,new Date(this.now)),a=`${Be(o,e.amount,e.unit)}, ${r}`,l=t.planned?.goal_id===e.plan;return c`<li class=${e.enabled?l?"first":"":"off"}>
<div>
<strong>${r}</strong>
<small>${Ji(s,o,e)}</small>
</div>
${e.plan===Tn?u:c`<label class="use">
<input
class="seen"
type="checkbox"
role="switch"
aria-label=${s("plan.use",{goal:a})}
.checked=${e.enabled}
?disabled=${this.doing.busy!==null}
@change=${()=>this.use(e)}
/><span aria-hidden="true"></span>
</label>`}
<button class="sign" aria-label=${s("plan.edit",{goal:a})} @click=${()=>this.open(e)}>
<ha-icon icon="mdi:pencil-outline"></ha-icon>
</button>
<button
class="sign"
aria-label=${s("plan.remove",{goal:a})}
?disabled=${this.doing.busy!==null}
@click=${()=>this.drop(e)}
>
<ha-icon icon="mdi:trash-can-outline"></ha-icon>
</button>
</li>`}undo(e,t){let s=this.removed;return c`<div class="undo" role="status">
${s?c`<span>${e("plan.removed",{goal:Be(t,s.amount,s.unit)})}</span>
<button @click=${()=>this.restore(s)}>${e("plan.undo")}</button>`:u}
</div>`}open(e){this.doing.forget(),this.edited=e}close(){this.doing.forget(),this.edited=null,this.updateComplete.then(()=>this.renderRoot.querySelector(".add")?.focus())}async save(e){await this.act("save",async t=>{await this.call("set_plan",Ki(e,t)),En(e)&&await this.call("remove_plan",{device_id:t,plan:e.plan})}),this.doing.error===null&&this.close()}async use(e){await this.act("use",t=>this.call("set_plan",{...An(e,t),enabled:!e.enabled}))}async drop(e){await this.act("remove",t=>this.call("remove_plan",{device_id:t,plan:e.plan})),this.doing.error===null&&(this.edited!==null&&this.edited!=="new"&&this.edited.plan===e.plan&&(this.edited=null),this.removed=e,clearTimeout(this.undoEnd),this.undoEnd=setTimeout(()=>{this.removed=null},Gr))}async restore(e){this.removed=null,await this.act("restore",t=>this.call("set_plan",An(e,t)))}async follow(){let{hass:e,mode:t}=this;if(!e||!t)return;let s={entity_id:t.entity_id,option:"plan"};await this.doing.run("mode",()=>e.callService("select","select_option",s,void 0,!1))}async act(e,t){let s=this.connector;s!==void 0&&await this.doing.run(e,async()=>{await t(s),await this.asking.again()})}async call(e,t){await this.hass?.callService("evse_ocpp",e,t,void 0,!1)}get connector(){return this.deviceId??this.snapshot?.device_id}modeEntity(){let{hass:e,connector:t}=this;if(!(!e||!t)){if(this.searched!==e.entities||this.searchedFor!==t){this.searched=e.entities,this.searchedFor=t;let s=e.devices[t]?.via_device_id;this.modeId=[t,s].map(o=>o&&ye(e,o)["select.mode"]).find(Boolean)||void 0}return this.modeId===void 0?void 0:e.states[this.modeId]}}static{this.styles=bs}};h([b({attribute:!1})],Z.prototype,"hass",2),h([b({attribute:!1})],Z.prototype,"snapshot",2),h([b({attribute:!1})],Z.prototype,"deviceId",2),h([y()],Z.prototype,"edited",2),h([y()],Z.prototype,"removed",2),h([y()],Z.prototype,"now",2);function ht(i,n="mdi:information-outline"){return c`<div class="note">
<ha-icon icon=${n}></ha-icon>
<div>${i}</div>
</div>`}var Ze=12,me="",J=class extends L{constructor(){super(...arguments);this.period="days_30";this.from="";this.to="";this.device=me;this.owner=me;this.offset=0;this.told=new H(this);this.there=new H(this);this.doing=new K(this)}willUpdate(){let{hass:e}=this;if(e===void 0)return;let t=this.wanted(e),s=JSON.stringify([t,this.offset,e.language]);this.told.ask(s,()=>Gt(e,this.wanted(e),Ze,this.offset)),this.there.ask(e.language,()=>ns(e))}wanted(e){let{start:t,end:s}=Oi(this.period,Date.now(),e.config.time_zone,this.from,this.to);return{start:Le(t),end:Le(s),device_ids:this.device===me?this.config.devices:[this.device],owner:this.owner===me?void 0:this.owner}}choose(e,t){this.offset=0,this[e]=t}render(){let{hass:e,text:t}=this;if(e===void 0)return c`<ha-card></ha-card>`;let s=this.told.answer;return c`<ha-card>
<div class="top">
<h2>${t("board.sessions")}</h2>
<div class="documents">${["csv","pdf"].map(o=>this.document(o,t))}</div>
</div>
${this.problems()} ${this.filters(t)} ${this.sums(e,s,t)}
${this.told.error??this.doing.error?c`<p class="error" role="alert">${this.told.error??this.doing.error}</p>`:u}
<div class="list ${this.told.busy?"busy":""}" aria-busy=${this.told.busy}>${this.list(e,s,t)}</div>
${this.pages(s,t)}
</ha-card>`}filters(e){let t=Hi.map(l=>[l,e(`period.${l}`)]),s=(this.there.answer?.wallboxes??[]).flatMap(l=>l.connectors).filter(({device_id:l})=>this.config.devices?.includes(l)??!0).map(({device_id:l,name:d})=>[l,d]),{people:o=[],cards:r=[]}=this.there.answer??{},a=[...o.map(({person:l,name:d})=>[`person:${l}`,d]),...r.filter(({person:l})=>l===null).map(l=>[`card:${l.id_tag}`,l.name??l.id_tag])];for(let{owner:l,name:d}of this.told.answer?.owners??[])l!==pt&&a.every(([p])=>p!==l)&&a.push([l,d]);return a.push([pt,e("owner.nobody")]),c`<div class="filters">
${Ne(e("filter.period"),t,this.period,l=>this.choose("period",l))}
${this.period==="custom"?["from","to"].map(l=>c`<label>
${e(`filter.${l}`)}
<input
type="date"
.value=${this[l]}
@change=${d=>this.choose(l,d.target.value)}
/>
</label>`):u}
${Ne(e("filter.wallbox"),[[me,e("filter.all")],...s],this.device,l=>this.choose("device",l))}
${Ne(e("filter.owner"),[[me,e("filter.everybody")],...a],this.owner,l=>this.choose("owner",l))}
</div>`}sums(e,t,s){let{locale:o}=e,[r,a]=E(o,t?.energy_wh);return xe([[s("board.sessions"),t===null?"–":String(t.count)],[s("sum.energy"),r,a],[s("sum.cost"),Kt(o,t?.cost)],[s("sum.sun"),t===null?"–":lt(o,t.energy_wh,t.sun_wh)]])}list(e,t,s){if(t===null||this.told.error!==null)return u;if(t.rows.length===0)return c`<p class="hint">${s("sessions.none")}</p>`;let o=We.filter(r=>t.rows.some(a=>(a[`${r}_wh`]??0)>0));return c`
<div role="table" aria-label=${s("board.sessions")}>
<div role="row" class="head">
${["when","where","who","energy","cost"].map(r=>c`<span role="columnheader" class=${r}>${s(`column.${r}`)}</span>`)}
</div>
${t.rows.map(r=>this.row(e,r,s))}
</div>
${o.length>0?Ft(o,s):u}
`}row(e,t,s){let[o,r]=E(e.locale,t.energy_wh),a=k(t.started_at),l=k(t.ended_at),d=a===null?null:((l??new Date).getTime()-a.getTime())/1e3,p=t.cost===null&&t.unpriced_wh>0?s("sessions.no_price"):A(e.locale,t.cost,t.currency);return c`<div role="row">
<span role="cell" class="when">
${S(e,a,new Date)}
<small>${l===null?s("sessions.running"):St(e.locale,d)}</small>
</span>
<span role="cell" class="where"><bdi>${t.wallbox}</bdi></span>
<span role="cell" class="who"><bdi>${ss(t,s)}</bdi></span>
<span role="cell" class="energy">
<span class="value">${o} <small>${r}</small></span>
${Wt(Nt(t),e.locale,s)}
</span>
<span role="cell" class="cost ${t.cost===null?"quiet":""}">${p}</span>
</div>`}pages(e,t){if(e===null||e.count<=Ze)return u;let s=Math.min(this.offset+Ze,e.count),o=(r,a,l,d)=>c`<button class="round" aria-label=${a} title=${a} ?disabled=${!d} @click=${()=>this.offset=l}>
<ha-icon icon=${r}></ha-icon>
</button>`;return c`<nav class="row pages" aria-label=${t("sessions.pages")}>
${o("mdi:chevron-left",t("sessions.newer"),Math.max(0,this.offset-Ze),this.offset>0)}
<span class="quiet" aria-live="polite">
${t("sessions.page",{first:Math.min(this.offset+1,e.count),last:s,count:e.count})}
</span>
${o("mdi:chevron-right",t("sessions.older"),this.offset+Ze,s<e.count)}
</nav>`}document(e,t){let s=_e(this.owner===me?void 0:this.owner),o=(this.told.answer?.count??0)===0,r=t(s===null?"sessions.no_document_of_nobody":`sessions.${e}`);return c`<button
title=${r}
?disabled=${s===null||o||this.doing.busy!==null}
@click=${()=>this.download(e)}
>
<ha-icon icon=${e==="pdf"?"mdi:file-document-outline":"mdi:table-arrow-down"}></ha-icon>
${e.toUpperCase()}
</button>`}download(e){let{hass:t}=this,s=this.there.answer;if(t===void 0||s===null)return;let{start:o,end:r,device_ids:a}=this.wanted(t),l=_e(this.owner===me?void 0:this.owner),d=Object.entries({start:o,end:r,device_id:a,...l}).filter(([,p])=>p!==void 0);this.doing.run(e,()=>ts(t,is(s,a),Object.fromEntries(d),e))}static{this.styles=[de,Fe,v`
.documents {
display: flex;
gap: 8px;
}
.filters {
display: grid;
grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
gap: 12px;
}
.list {
/* As high as a full page from the beginning, so that nothing jumps. */
min-block-size: ${Ze*57+60}px;
display: flex;
flex-direction: column;
gap: 12px;
}
[role="row"] {
display: grid;
grid-template-columns: 1.3fr 1fr 1fr minmax(8rem, 1.1fr) 6rem;
align-items: center;
gap: 4px 16px;
min-block-size: 56px;
border-block-end: 1px solid var(--divider-color);
}
[role="row"].head {
min-block-size: 32px;
font-size: 0.8rem;
color: var(--secondary-text-color);
}
[role="row"] > * {
min-inline-size: 0;
overflow: hidden;
text-overflow: ellipsis;
white-space: nowrap;
}
.when small,
.value small {
color: var(--secondary-text-color);
}
.when small {
display: block;
}
.energy,
.cost {
font-variant-numeric: tabular-nums;
}
.cost,
.head .energy,
.value {
text-align: end;
}
.value {
display: block;
margin-block-end: 4px;
}
.pages {
justify-content: center;
}
@container (max-width: 480px) {
.filters > :first-child {
grid-column: 1 / -1;
}
}
@container (max-width: 599px) {
.head {
position: absolute;
clip-path: inset(50%);
block-size: 1px;
min-block-size: 0 !important;
overflow: hidden;
}
[role="row"]:not(.head) {
grid-template:
"who energy" auto
"when energy" auto
"where cost" auto / 1fr minmax(7.5rem, auto);
padding-block: 10px;
gap: 2px 12px;
}
.when,
.where {
font-size: 0.85rem;
color: var(--secondary-text-color);
}
.when small {
display: inline;
font-size: inherit;
}
.when small::before {
content: "· ";
}
.when {
grid-area: when;
}
.where {
grid-area: where;
}
.who {
grid-area: who;
font-weight: 500;
}
.energy {
grid-area: energy;
}
.cost {
grid-area: cost;
}
}
`]}};h([y()],J.prototype,"period",2),h([y()],J.prototype,"from",2),h([y()],J.prototype,"to",2),h([y()],J.prototype,"device",2),h([y()],J.prototype,"owner",2),h([y()],J.prototype,"offset",2);var Nn=3,G={grid_options:{columns:"full"}},Vr=12,Yr=48,Zr=168,vs=["binary_sensor.fault","error"],Jr=["refusal","connected","obeyed","relay"],Xr=["event.fault","event.station"],Qr=["site_meter_lost","site_dimmed","event.site"];function xs(i,n){let e=i.sites.length>0?{show:{phases:!1}}:{},t=o=>({type:"custom:evse-ocpp-card",device:o,...e,...G}),s=i.connectors.map(({device:o})=>ne([t(o)]));return{...Je("overview","mdi:ev-station",n),max_columns:Math.max(2,Math.min(Nn+1,s.length+i.sites.length)),badges:i.sites.flatMap(o=>ta(o,n)),sections:[...s,...i.sites.map(o=>ea(o,n))]}}function ea({device:i,ids:n},e){let t=[{entity:n.site_charging_power,name:e("phases.cars")},{entity:n.site_house_power,name:e("phases.house")},{entity:n.site_grid_power,name:e("source.grid")}].filter(({entity:r})=>r!==void 0),s={type:"history-graph",title:e("board.power"),hours_to_show:Vr,entities:t,...G},o={type:"custom:evse-ocpp-phases-card",site:i,...G};return ne(t.length>0?[o,s]:[o])}function ta({ids:i},n){let e=(t,s,o)=>je(i,t).map(r=>({type:"entity",entity:r,name:s,show_name:!0,visibility:[{condition:"state",entity:r,...o}]}));return[...e("site_price",n("phases.price"),{state_not:["unknown","unavailable"]}),...e("site_surplus",n("phases.surplus"),{state_not:["unknown","unavailable"]}),...e("site_dimmed",n("board.dimmed"),{state:"on"})]}function ws(i,n){let e={type:"custom:evse-ocpp-sessions-card",...ft(i),...G};return{...Je("sessions","mdi:format-list-bulleted",n),sections:[Cs([e])]}}function _s(i,n){let e={type:"custom:evse-ocpp-month-card",...ft(i),...G},t={type:"custom:evse-ocpp-energy-card",period:"month",...ft(i),...G};return{...Je("months","mdi:calendar-month",n),max_columns:2,sections:[ne([e]),ne([t])]}}function $s(i,n){let e={type:"custom:evse-ocpp-energy-card",period:"day",...ft(i),...G},t=i.connectors.some(({ids:l})=>l.cost_total!==void 0),s=i.sites.flatMap(({ids:l,name:d})=>je(l,"site_price").map(p=>({entity:p,name:d}))),o={type:"history-graph",title:n("board.price"),hours_to_show:Yr,entities:s,...G},r=[...t?[{...e,measure:"cost"}]:[],...s.length>0?[o]:[]],a=[ne([e]),...r.length>0?[ne(r)]:[]];return{...Je("costs","mdi:solar-power-variant",n),max_columns:2,sections:a}}function ks(i,n){let t=[...[...i.connectors,...i.others].flatMap(({ids:a})=>je(a,...na(a),...Xr)),...i.sites.flatMap(({ids:a})=>je(a,...Qr))],s={type:"custom:evse-ocpp-faults-card",...ft(i),...G},o={type:"logbook",title:n("board.last_week"),target:{entity_id:[...new Set(t)]},hours_to_show:Zr,grid_options:{columns:"full",rows:10}},r=[ne([s]),...t.length>0?[ne([o])]:[]];return{...Je("faults","mdi:alert-circle-outline",n),max_columns:2,sections:r}}function na(i){return[...je(i,...vs).length>0?vs:["status"],...Jr]}function Ss(i){let e=`## ${i("board.none")}

${i("board.none_what")}

[${i("board.none_link")}](/config/integrations/integration/evse_ocpp)`;return{...Je("overview","mdi:ev-station",i),sections:[ne([{type:"markdown",content:e,...G}])]}}function Ts(i){return Cs([{type:"markdown",content:i.map(n=>`- ⚠️ ${n}`).join(`
`),...G}])}function Je(i,n,e){return{title:e(`board.${i}`),path:i,icon:n,type:"sections",max_columns:Nn,sections:[]}}function ne(i){return{type:"grid",cards:i}}function Cs(i){return{type:"grid",column_span:Nn,cards:i}}function ft(i){return i.chosen?{devices:i.connectors.map(({device:n})=>n)}:{}}var sa={overview:xs,sessions:ws,months:_s,costs:$s,faults:ks};function oa(i,n){let e=$(n.language),t=Ue(n,i.devices),s=i.problems.map(({field:r,came:a,allowed:l,values:d})=>`${e("hint.problem",{field:r,came:a})} ${e(l,d)}`);for(let r of i.devices)t.connectors.every(({device:a})=>a!==r)&&s.push(e("board.no_device",{device:r}));let o=t.connectors.length===0?[Ss(e)]:i.views.map(r=>sa[r](t,e));return s.length>0&&o[0]?.sections.unshift(Ts(s)),{title:e("board.title"),views:o}}var Vt=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(n,e){return await Re(e.language),oa(Si(n),e)}static getCreateSuggestions(n){return{title:$(n.language)("board.title"),icon:"mdi:ev-station"}}};var ra=ki({"evse-ocpp-energy-card":Ie,"evse-ocpp-faults-card":ct,"evse-ocpp-month-card":qe,"evse-ocpp-sessions-card":J,"ll-strategy-dashboard-evse-ocpp":Vt,"evse-ocpp-card":le,"evse-ocpp-card-editor":He,"evse-ocpp-limit":N,"evse-ocpp-goal-form":O,"evse-ocpp-phases":Ve,"evse-ocpp-phases-card":$e,"evse-ocpp-plan":Z,"evse-ocpp-plan-card":ke,"evse-ocpp-plan-chart":Y});window.customCards=window.customCards??[];window.customCards.push({type:"evse-ocpp-card",name:"EVSE OCPP",description:"A wallbox: state, limit, mode, session, plan, and why.",preview:!0,getEntitySuggestion:_i,documentationURL:"https://github.com/evse-ocpp/evse-ocpp"});window.customStrategies=window.customStrategies??[];ra.then(()=>{let i=$(ce()),n={plan:"plan.title",phases:"phases.title",sessions:"board.sessions",month:"board.months",energy:"energy.title",faults:"board.faults"};for(let e of Object.keys(n))window.customCards?.push({type:`evse-ocpp-${e}-card`,name:`EVSE OCPP: ${i(n[e])}`,description:i(`${e}.card`)});window.customStrategies?.push({type:"evse-ocpp",strategyType:"dashboard",name:i("board.title"),description:i("board.description"),documentationURL:"https://github.com/evse-ocpp/evse-ocpp"})});
