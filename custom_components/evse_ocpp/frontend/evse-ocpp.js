var us=Object.defineProperty;var ps=Object.getOwnPropertyDescriptor;var g=(s,t,e,n)=>{for(var o=n>1?void 0:n?ps(t,e):t,i=s.length-1,r;i>=0;i--)(r=s[i])&&(o=(n?r(t,e,o):r(o))||o);return n&&o&&us(t,e,o),o};var Fe=globalThis,Ue=Fe.ShadowRoot&&(Fe.ShadyCSS===void 0||Fe.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,gt=Symbol(),Ut=new WeakMap,xe=class{constructor(t,e,n){if(this._$cssResult$=!0,n!==gt)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=t,this.t=e}get styleSheet(){let t=this.o,e=this.t;if(Ue&&t===void 0){let n=e!==void 0&&e.length===1;n&&(t=Ut.get(e)),t===void 0&&((this.o=t=new CSSStyleSheet).replaceSync(this.cssText),n&&Ut.set(e,t))}return t}toString(){return this.cssText}},qt=s=>new xe(typeof s=="string"?s:s+"",void 0,gt),w=(s,...t)=>{let e=s.length===1?s[0]:t.reduce((n,o,i)=>n+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(o)+s[i+1],s[0]);return new xe(e,s,gt)},Vt=(s,t)=>{if(Ue)s.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of t){let n=document.createElement("style"),o=Fe.litNonce;o!==void 0&&n.setAttribute("nonce",o),n.textContent=e.cssText,s.appendChild(n)}},ft=Ue?s=>s:s=>s instanceof CSSStyleSheet?(t=>{let e="";for(let n of t.cssRules)e+=n.cssText;return qt(e)})(s):s;var{is:ms,defineProperty:hs,getOwnPropertyDescriptor:gs,getOwnPropertyNames:fs,getOwnPropertySymbols:bs,getPrototypeOf:ys}=Object,qe=globalThis,Bt=qe.trustedTypes,vs=Bt?Bt.emptyScript:"",ws=qe.reactiveElementPolyfillSupport,$e=(s,t)=>s,ke={toAttribute(s,t){switch(t){case Boolean:s=s?vs:null;break;case Object:case Array:s=s==null?s:JSON.stringify(s)}return s},fromAttribute(s,t){let e=s;switch(t){case Boolean:e=s!==null;break;case Number:e=s===null?null:Number(s);break;case Object:case Array:try{e=JSON.parse(s)}catch{e=null}}return e}},Ve=(s,t)=>!ms(s,t),Kt={attribute:!0,type:String,converter:ke,reflect:!1,useDefault:!1,hasChanged:Ve};Symbol.metadata??=Symbol("metadata"),qe.litPropertyMetadata??=new WeakMap;var R=class extends HTMLElement{static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(t,e=Kt){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(t)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(t,e),!e.noAccessor){let n=Symbol(),o=this.getPropertyDescriptor(t,n,e);o!==void 0&&hs(this.prototype,t,o)}}static getPropertyDescriptor(t,e,n){let{get:o,set:i}=gs(this.prototype,t)??{get(){return this[e]},set(r){this[e]=r}};return{get:o,set(r){let a=o?.call(this);i?.call(this,r),this.requestUpdate(t,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(t){return this.elementProperties.get(t)??Kt}static _$Ei(){if(this.hasOwnProperty($e("elementProperties")))return;let t=ys(this);t.finalize(),t.l!==void 0&&(this.l=[...t.l]),this.elementProperties=new Map(t.elementProperties)}static finalize(){if(this.hasOwnProperty($e("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty($e("properties"))){let e=this.properties,n=[...fs(e),...bs(e)];for(let o of n)this.createProperty(o,e[o])}let t=this[Symbol.metadata];if(t!==null){let e=litPropertyMetadata.get(t);if(e!==void 0)for(let[n,o]of e)this.elementProperties.set(n,o)}this._$Eh=new Map;for(let[e,n]of this.elementProperties){let o=this._$Eu(e,n);o!==void 0&&this._$Eh.set(o,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(t){let e=[];if(Array.isArray(t)){let n=new Set(t.flat(1/0).reverse());for(let o of n)e.unshift(ft(o))}else t!==void 0&&e.push(ft(t));return e}static _$Eu(t,e){let n=e.attribute;return n===!1?void 0:typeof n=="string"?n:typeof t=="string"?t.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(t=>this.enableUpdating=t),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(t=>t(this))}addController(t){(this._$EO??=new Set).add(t),this.renderRoot!==void 0&&this.isConnected&&t.hostConnected?.()}removeController(t){this._$EO?.delete(t)}_$E_(){let t=new Map,e=this.constructor.elementProperties;for(let n of e.keys())this.hasOwnProperty(n)&&(t.set(n,this[n]),delete this[n]);t.size>0&&(this._$Ep=t)}createRenderRoot(){let t=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Vt(t,this.constructor.elementStyles),t}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(t=>t.hostConnected?.())}enableUpdating(t){}disconnectedCallback(){this._$EO?.forEach(t=>t.hostDisconnected?.())}attributeChangedCallback(t,e,n){this._$AK(t,n)}_$ET(t,e){let n=this.constructor.elementProperties.get(t),o=this.constructor._$Eu(t,n);if(o!==void 0&&n.reflect===!0){let i=(n.converter?.toAttribute!==void 0?n.converter:ke).toAttribute(e,n.type);this._$Em=t,i==null?this.removeAttribute(o):this.setAttribute(o,i),this._$Em=null}}_$AK(t,e){let n=this.constructor,o=n._$Eh.get(t);if(o!==void 0&&this._$Em!==o){let i=n.getPropertyOptions(o),r=typeof i.converter=="function"?{fromAttribute:i.converter}:i.converter?.fromAttribute!==void 0?i.converter:ke;this._$Em=o;let a=r.fromAttribute(e,i.type);this[o]=a??this._$Ej?.get(o)??a,this._$Em=null}}requestUpdate(t,e,n,o=!1,i){if(t!==void 0){let r=this.constructor;if(o===!1&&(i=this[t]),n??=r.getPropertyOptions(t),!((n.hasChanged??Ve)(i,e)||n.useDefault&&n.reflect&&i===this._$Ej?.get(t)&&!this.hasAttribute(r._$Eu(t,n))))return;this.C(t,e,n)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(t,e,{useDefault:n,reflect:o,wrapped:i},r){n&&!(this._$Ej??=new Map).has(t)&&(this._$Ej.set(t,r??e??this[t]),i!==!0||r!==void 0)||(this._$AL.has(t)||(this.hasUpdated||n||(e=void 0),this._$AL.set(t,e)),o===!0&&this._$Em!==t&&(this._$Eq??=new Set).add(t))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let t=this.scheduleUpdate();return t!=null&&await t,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[o,i]of this._$Ep)this[o]=i;this._$Ep=void 0}let n=this.constructor.elementProperties;if(n.size>0)for(let[o,i]of n){let{wrapped:r}=i,a=this[o];r!==!0||this._$AL.has(o)||a===void 0||this.C(o,void 0,i,a)}}let t=!1,e=this._$AL;try{t=this.shouldUpdate(e),t?(this.willUpdate(e),this._$EO?.forEach(n=>n.hostUpdate?.()),this.update(e)):this._$EM()}catch(n){throw t=!1,this._$EM(),n}t&&this._$AE(e)}willUpdate(t){}_$AE(t){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(t)),this.updated(t)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(t){return!0}update(t){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(t){}firstUpdated(t){}};R.elementStyles=[],R.shadowRootOptions={mode:"open"},R[$e("elementProperties")]=new Map,R[$e("finalized")]=new Map,ws?.({ReactiveElement:R}),(qe.reactiveElementVersions??=[]).push("2.1.2");var $t=globalThis,Gt=s=>s,Be=$t.trustedTypes,Zt=Be?Be.createPolicy("lit-html",{createHTML:s=>s}):void 0,tn="$lit$",W=`lit$${Math.random().toFixed(9).slice(2)}$`,nn="?"+W,_s=`<${nn}>`,Q=document,Ee=()=>Q.createComment(""),Pe=s=>s===null||typeof s!="object"&&typeof s!="function",kt=Array.isArray,xs=s=>kt(s)||typeof s?.[Symbol.iterator]=="function",bt=`[ 	
\f\r]`,Se=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Qt=/-->/g,Jt=/>/g,G=RegExp(`>|${bt}(?:([^\\s"'>=/]+)(${bt}*=${bt}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),Yt=/'/g,Xt=/"/g,sn=/^(?:script|style|textarea|title)$/i,St=s=>(t,...e)=>({_$litType$:s,strings:t,values:e}),c=St(1),Et=St(2),yi=St(3),J=Symbol.for("lit-noChange"),u=Symbol.for("lit-nothing"),en=new WeakMap,Z=Q.createTreeWalker(Q,129);function on(s,t){if(!kt(s)||!s.hasOwnProperty("raw"))throw Error("invalid template strings array");return Zt!==void 0?Zt.createHTML(t):t}var $s=(s,t)=>{let e=s.length-1,n=[],o,i=t===2?"<svg>":t===3?"<math>":"",r=Se;for(let a=0;a<e;a++){let l=s[a],d,p,m=-1,h=0;for(;h<l.length&&(r.lastIndex=h,p=r.exec(l),p!==null);)h=r.lastIndex,r===Se?p[1]==="!--"?r=Qt:p[1]!==void 0?r=Jt:p[2]!==void 0?(sn.test(p[2])&&(o=RegExp("</"+p[2],"g")),r=G):p[3]!==void 0&&(r=G):r===G?p[0]===">"?(r=o??Se,m=-1):p[1]===void 0?m=-2:(m=r.lastIndex-p[2].length,d=p[1],r=p[3]===void 0?G:p[3]==='"'?Xt:Yt):r===Xt||r===Yt?r=G:r===Qt||r===Jt?r=Se:(r=G,o=void 0);let f=r===G&&s[a+1].startsWith("/>")?" ":"";i+=r===Se?l+_s:m>=0?(n.push(d),l.slice(0,m)+tn+l.slice(m)+W+f):l+W+(m===-2?a:f)}return[on(s,i+(s[e]||"<?>")+(t===2?"</svg>":t===3?"</math>":"")),n]},Ae=class s{constructor({strings:t,_$litType$:e},n){let o;this.parts=[];let i=0,r=0,a=t.length-1,l=this.parts,[d,p]=$s(t,e);if(this.el=s.createElement(d,n),Z.currentNode=this.el.content,e===2||e===3){let m=this.el.content.firstChild;m.replaceWith(...m.childNodes)}for(;(o=Z.nextNode())!==null&&l.length<a;){if(o.nodeType===1){if(o.hasAttributes())for(let m of o.getAttributeNames())if(m.endsWith(tn)){let h=p[r++],f=o.getAttribute(m).split(W),y=/([.?@])?(.*)/.exec(h);l.push({type:1,index:i,name:y[2],strings:f,ctor:y[1]==="."?vt:y[1]==="?"?wt:y[1]==="@"?_t:te}),o.removeAttribute(m)}else m.startsWith(W)&&(l.push({type:6,index:i}),o.removeAttribute(m));if(sn.test(o.tagName)){let m=o.textContent.split(W),h=m.length-1;if(h>0){o.textContent=Be?Be.emptyScript:"";for(let f=0;f<h;f++)o.append(m[f],Ee()),Z.nextNode(),l.push({type:2,index:++i});o.append(m[h],Ee())}}}else if(o.nodeType===8)if(o.data===nn)l.push({type:2,index:i});else{let m=-1;for(;(m=o.data.indexOf(W,m+1))!==-1;)l.push({type:7,index:i}),m+=W.length-1}i++}}static createElement(t,e){let n=Q.createElement("template");return n.innerHTML=t,n}};function ee(s,t,e=s,n){if(t===J)return t;let o=n!==void 0?e._$Co?.[n]:e._$Cl,i=Pe(t)?void 0:t._$litDirective$;return o?.constructor!==i&&(o?._$AO?.(!1),i===void 0?o=void 0:(o=new i(s),o._$AT(s,e,n)),n!==void 0?(e._$Co??=[])[n]=o:e._$Cl=o),o!==void 0&&(t=ee(s,o._$AS(s,t.values),o,n)),t}var yt=class{constructor(t,e){this._$AV=[],this._$AN=void 0,this._$AD=t,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(t){let{el:{content:e},parts:n}=this._$AD,o=(t?.creationScope??Q).importNode(e,!0);Z.currentNode=o;let i=Z.nextNode(),r=0,a=0,l=n[0];for(;l!==void 0;){if(r===l.index){let d;l.type===2?d=new Te(i,i.nextSibling,this,t):l.type===1?d=new l.ctor(i,l.name,l.strings,this,t):l.type===6&&(d=new xt(i,this,t)),this._$AV.push(d),l=n[++a]}r!==l?.index&&(i=Z.nextNode(),r++)}return Z.currentNode=Q,o}p(t){let e=0;for(let n of this._$AV)n!==void 0&&(n.strings!==void 0?(n._$AI(t,n,e),e+=n.strings.length-2):n._$AI(t[e])),e++}},Te=class s{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(t,e,n,o){this.type=2,this._$AH=u,this._$AN=void 0,this._$AA=t,this._$AB=e,this._$AM=n,this.options=o,this._$Cv=o?.isConnected??!0}get parentNode(){let t=this._$AA.parentNode,e=this._$AM;return e!==void 0&&t?.nodeType===11&&(t=e.parentNode),t}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(t,e=this){t=ee(this,t,e),Pe(t)?t===u||t==null||t===""?(this._$AH!==u&&this._$AR(),this._$AH=u):t!==this._$AH&&t!==J&&this._(t):t._$litType$!==void 0?this.$(t):t.nodeType!==void 0?this.T(t):xs(t)?this.k(t):this._(t)}O(t){return this._$AA.parentNode.insertBefore(t,this._$AB)}T(t){this._$AH!==t&&(this._$AR(),this._$AH=this.O(t))}_(t){this._$AH!==u&&Pe(this._$AH)?this._$AA.nextSibling.data=t:this.T(Q.createTextNode(t)),this._$AH=t}$(t){let{values:e,_$litType$:n}=t,o=typeof n=="number"?this._$AC(t):(n.el===void 0&&(n.el=Ae.createElement(on(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===o)this._$AH.p(e);else{let i=new yt(o,this),r=i.u(this.options);i.p(e),this.T(r),this._$AH=i}}_$AC(t){let e=en.get(t.strings);return e===void 0&&en.set(t.strings,e=new Ae(t)),e}k(t){kt(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,n,o=0;for(let i of t)o===e.length?e.push(n=new s(this.O(Ee()),this.O(Ee()),this,this.options)):n=e[o],n._$AI(i),o++;o<e.length&&(this._$AR(n&&n._$AB.nextSibling,o),e.length=o)}_$AR(t=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);t!==this._$AB;){let n=Gt(t).nextSibling;Gt(t).remove(),t=n}}setConnected(t){this._$AM===void 0&&(this._$Cv=t,this._$AP?.(t))}},te=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(t,e,n,o,i){this.type=1,this._$AH=u,this._$AN=void 0,this.element=t,this.name=e,this._$AM=o,this.options=i,n.length>2||n[0]!==""||n[1]!==""?(this._$AH=Array(n.length-1).fill(new String),this.strings=n):this._$AH=u}_$AI(t,e=this,n,o){let i=this.strings,r=!1;if(i===void 0)t=ee(this,t,e,0),r=!Pe(t)||t!==this._$AH&&t!==J,r&&(this._$AH=t);else{let a=t,l,d;for(t=i[0],l=0;l<i.length-1;l++)d=ee(this,a[n+l],e,l),d===J&&(d=this._$AH[l]),r||=!Pe(d)||d!==this._$AH[l],d===u?t=u:t!==u&&(t+=(d??"")+i[l+1]),this._$AH[l]=d}r&&!o&&this.j(t)}j(t){t===u?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,t??"")}},vt=class extends te{constructor(){super(...arguments),this.type=3}j(t){this.element[this.name]=t===u?void 0:t}},wt=class extends te{constructor(){super(...arguments),this.type=4}j(t){this.element.toggleAttribute(this.name,!!t&&t!==u)}},_t=class extends te{constructor(t,e,n,o,i){super(t,e,n,o,i),this.type=5}_$AI(t,e=this){if((t=ee(this,t,e,0)??u)===J)return;let n=this._$AH,o=t===u&&n!==u||t.capture!==n.capture||t.once!==n.once||t.passive!==n.passive,i=t!==u&&(n===u||o);o&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,t),this._$AH=t}handleEvent(t){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)}},xt=class{constructor(t,e,n){this.element=t,this.type=6,this._$AN=void 0,this._$AM=e,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(t){ee(this,t)}};var ks=$t.litHtmlPolyfillSupport;ks?.(Ae,Te),($t.litHtmlVersions??=[]).push("3.3.3");var rn=(s,t,e)=>{let n=e?.renderBefore??t,o=n._$litPart$;if(o===void 0){let i=e?.renderBefore??null;n._$litPart$=o=new Te(t.insertBefore(Ee(),i),i,void 0,e??{})}return o._$AI(s),o};var Pt=globalThis,$=class extends R{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let t=super.createRenderRoot();return this.renderOptions.renderBefore??=t.firstChild,t}update(t){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(t),this._$Do=rn(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return J}};$._$litElement$=!0,$.finalized=!0,Pt.litElementHydrateSupport?.({LitElement:$});var Ss=Pt.litElementPolyfillSupport;Ss?.({LitElement:$});(Pt.litElementVersions??=[]).push("4.2.2");var Es={attribute:!0,type:String,converter:ke,reflect:!1,hasChanged:Ve},Ps=(s=Es,t,e)=>{let{kind:n,metadata:o}=e,i=globalThis.litPropertyMetadata.get(o);if(i===void 0&&globalThis.litPropertyMetadata.set(o,i=new Map),n==="setter"&&((s=Object.create(s)).wrapped=!0),i.set(e.name,s),n==="accessor"){let{name:r}=e;return{set(a){let l=t.get.call(this);t.set.call(this,a),this.requestUpdate(r,l,s,!0,a)},init(a){return a!==void 0&&this.C(r,void 0,s,a),a}}}if(n==="setter"){let{name:r}=e;return function(a){let l=this[r];t.call(this,a),this.requestUpdate(r,l,s,!0,a)}}throw Error("Unsupported decorator location: "+n)};function _(s){return(t,e)=>typeof e=="object"?Ps(s,t,e):((n,o,i)=>{let r=o.hasOwnProperty(i);return o.constructor.createProperty(i,n),r?Object.getOwnPropertyDescriptor(o,i):void 0})(s,t,e)}function b(s){return _({...s,state:!0,attribute:!1})}var I=["why","modes","limit","session","phases","plan"],ne={status:["sensor","binary_sensor"],power:["sensor"],current:["sensor"],current_limit:["number","input_number"],charging:["switch","input_boolean"],mode:["select","input_select"],session_energy:["sensor"],session_cost:["sensor"],session_duration:["sensor"],session_start:["sensor"],energy:["sensor"],why:["sensor"]},Ge=["full","compact"];function At(s){let t=[],e=Tt(s)?s:{};return{device:an(e,"device",t),entities:As(e.entities,t),layout:Ts(e.layout,t),show:Cs(e.show,t),name:an(e,"name",t),problems:t}}function As(s,t){if(s==null)return;if(!Tt(s)){t.push({field:"entities",came:se(s),allowed:"problem.list_of_roles"});return}let e={};for(let[n,o]of Object.entries(s)){let i=Object.hasOwn(ne,n)?ne[n]:void 0;if(i===void 0){let r=Object.keys(ne).join(", ");t.push({field:"entities",came:n,allowed:"problem.one_of",values:{list:r}})}else typeof o=="string"&&i.some(r=>o.startsWith(`${r}.`))?e[n]=o:o!=null&&o!==""&&t.push({field:`entities: ${n}`,came:se(o),allowed:"problem.entity_of",values:{list:i.join(", ")}})}return Object.keys(e).length>0?e:void 0}function Ts(s,t){if(s==null)return"full";let e=Ge.find(o=>o===s);if(e!==void 0)return e;let n={list:Ge.join(", ")};return t.push({field:"layout",came:se(s),allowed:"problem.one_of",values:n}),"full"}function Cs(s,t){let e=Object.fromEntries(I.map(n=>[n,!0]));if(s==null)return e;if(!Tt(s)){let n={list:I.join(", ")};return t.push({field:"show",came:se(s),allowed:"problem.yes_no_of",values:n}),e}for(let[n,o]of Object.entries(s)){let i=I.find(r=>r===n);if(i!==void 0&&typeof o=="boolean")e[i]=o;else if(i!==void 0)t.push({field:`show: ${n}`,came:se(o),allowed:"problem.yes_no"});else{let r={list:I.join(", ")};t.push({field:"show",came:n,allowed:"problem.one_of",values:r})}}return e}function an(s,t,e){let n=s[t];if(!(n==null||n==="")){if(typeof n=="string")return n;e.push({field:t,came:se(n),allowed:"problem.text"})}}function Tt(s){return typeof s=="object"&&s!==null&&!Array.isArray(s)}var ln=60;function se(s){let t=typeof s=="string"?s:JSON.stringify(s)??String(s);return t.length>ln?`${t.slice(0,ln)}…`:t}var F=class{constructor(t){this.host=t;this.busy=null;this.error=null;t.addController(this)}hostConnected(){}async run(t,e){this.busy=t,this.error=null,this.host.requestUpdate();try{await e()}catch(n){this.error=Ct(n)}finally{this.busy===t&&(this.busy=null),this.host.requestUpdate()}}forget(){this.error=null,this.host.requestUpdate()}};function Ct(s){let t=s?.message;return typeof t=="string"&&t!==""?t:String(s)}var oe="evse_ocpp";function Ce(s,t){let e={};for(let n of Object.values(s.entities)){if(n?.device_id!==t||n.platform!==oe)continue;let o=n.translation_key;if(!o)continue;let i=n.entity_id.split(".",1)[0]??"";e[`${i}.${o}`]=n.entity_id,(i!=="event"||e[o]===void 0)&&(e[o]=n.entity_id)}return e}function L(s){let t=Object.values(s.entities).filter(e=>e?.platform===oe&&e.translation_key==="status").map(e=>e?.device_id);return[...new Set(t.filter(e=>typeof e=="string"))]}function U(s,t){let e=s.devices[t];return e?.name_by_user||e?.name||""}function ie(s,t,e={}){s.dispatchEvent(new CustomEvent(t,{detail:e,bubbles:!0,composed:!0}))}function S(s){return s!==void 0&&s.state!=="unavailable"&&s.state!=="unknown"}function ze(s){if(!S(s)||s.state.trim()==="")return null;let t=Number(s.state);return Number.isFinite(t)?t:null}var cn={"act.boost":"1 Stunde Schnellladen","act.boosting":"Schnellladen bis {time}","act.dismiss":"Schließen","act.pause":"Anhalten","act.start":"Starten","board.cost_by_week":"Kosten nach Wochen","board.costs":"Kosten und Sonne","board.description":"Alle Wallboxen und das Haus: Übersicht, Ladevorgänge, Monate, Kosten und Sonne, Störungen.","board.dimmed":"Vom Netzbetreiber begrenzt","board.faults":"Störungen","board.last_week":"In der letzten Woche","board.months":"Monate","board.no_device":"devices: „{device}“ ist keine Wallbox. Erlaubt: die Geräte der Wallboxen dieser Integration","board.none":"Es gibt noch keine Wallbox","board.none_link":"Wallbox hinzufügen","board.none_what":"Sobald eine Wallbox hinzugefügt ist und sich verbunden hat, zeigt dieses Dashboard sie. Hier ist nichts zu tun.","board.overview":"Übersicht","board.power":"Leistung","board.price":"Strompreis","board.sessions":"Ladevorgänge","board.title":"Laden","card.more":"Einzelheiten","card.name":"Wallbox","chart.charging":"Laden","chart.cost":"Kosten","chart.help":"Pfeiltasten gehen durch die Zeiten.","chart.label":"Preise und geplantes Laden","chart.now":"Jetzt","chart.price":"Preis","chart.sun":"Sonnenprognose","chart.table":"Als Tabelle","chart.time":"Zeit","column.cost":"Kosten","column.energy":"Energie","column.when":"Beginn","column.where":"Wallbox","column.who":"Wer","editor.charging":"Laden ein und aus","editor.current":"Strom","editor.current_limit":"Stromgrenze","editor.device":"Wallbox","editor.device_help":"Ohne Wahl: die einzige, die es gibt.","editor.energy":"Gesamtenergie","editor.entities":"Ladestation einer anderen Integration","editor.layout":"Darstellung","editor.layout_compact":"Kompakt","editor.layout_full":"Vollständig","editor.mode":"Lademodus","editor.name":"Name","editor.power":"Leistung","editor.session_cost":"Ladevorgang: Kosten","editor.session_duration":"Ladevorgang: Dauer","editor.session_energy":"Ladevorgang: Energie","editor.session_start":"Ladevorgang: Beginn","editor.show":"Gezeigte Teile","editor.status":"Status","editor.why":"Grund des Stroms","energy.card":"Geladene Energie aus Sonne, Speicher und Netz","energy.chart":"Balkendiagramm","energy.day":"30 Tage","energy.failed":"Die Statistik von Home Assistant ist nicht lesbar: {error}. Sie braucht die Integration „recorder“.","energy.month":"12 Monate","energy.no_meters":"Keine Wallbox hat einen eingeschalteten Energiesensor. Auf der Geräteseite „Gesamtenergie“ einschalten.","energy.none":"In dieser Zeit noch nichts. Home Assistant schreibt seine Statistik stündlich.","energy.title":"Geladene Energie","faults.card":"Zustand aller Wallboxen, und Reparaturen","faults.fault":"Störung seit {since}: {detail}","faults.meter_silent":"Der Zähler des Hauses schweigt seit {since}. Autos bekommen nur, was ohne ihn sicher ist.","faults.meter_well":"Der Zähler des Hauses meldet Werte.","faults.not_connected":"Nicht verbunden seit {since}. Strom und Netzwerk prüfen.","faults.now":"Jetzt","faults.open_repairs":"Reparaturen öffnen","faults.out_of_service":"Außer Betrieb seit {since}","faults.repairs":"Reparaturen","faults.silent":"Der Zustand ist noch nicht bekannt.","faults.well":"In Ordnung: {detail}","filter.all":"Alle","filter.everybody":"Alle","filter.from":"Von","filter.owner":"Person oder Karte","filter.period":"Zeitraum","filter.to":"Bis","filter.wallbox":"Wallbox","goal.all_days":"Keiner gewählt: jeden Tag.","goal.amount":"Wie viel","goal.any_starts":"wie am günstigsten","goal.cancel":"Abbrechen","goal.change":"Ziel ändern","goal.date":"Datum","goal.details":"Für empfindliche Autos","goal.km":"km dazu","goal.kwh":"kWh dazu","goal.less":"Weniger","goal.more":"Mehr","goal.new":"Neues Ziel","goal.no_date":"Ein Datum wählen.","goal.no_number":"„{came}“ ist keine Zahl. Erlaubt: {least} bis {most} {sign}","goal.no_soc":"Der Ladestand des Autos ist nicht bekannt: Die Batterie gilt als leer. Die Entität in den Einstellungen der Wallbox wählen.","goal.no_time":"Eine Uhrzeit wählen.","goal.once":"Einmal","goal.outside":"{came} ist nicht möglich. Erlaubt: {least} bis {most} {sign}","goal.past":"Das ist schon vorbei. Einen späteren Zeitpunkt wählen.","goal.percent":"% in der Batterie","goal.precondition":"Minuten direkt davor","goal.precondition_help":"Lädt direkt vor der Abfahrt, damit die Batterie warm ist.","goal.repeats":"Wöchentlich","goal.save":"Speichern","goal.starts":"Höchstens Starts","goal.starts_help":"Für Autos, die kein zweites Mal aufwachen.","goal.time":"Uhrzeit","goal.today":"Heute","goal.tomorrow":"Morgen","goal.too_much":"Bis dahin kann diese Wallbox höchstens {most} laden, selbst mit voller Leistung ab jetzt.","goal.unit":"Einheit","goal.weekdays":"An welchen Tagen","goal.when":"Bis wann","hint.away":"Nicht verbunden","hint.away_address":"Kennt sie noch die Serveradresse und das Passwort von Home Assistant?","hint.away_network":"Ist sie im Netzwerk: Funktioniert ihr WLAN oder Kabel?","hint.away_power":"Hat die Wallbox Strom? Oft hilft ein Neustart der Wallbox.","hint.away_since":"Nicht verbunden seit {time}","hint.choose":"Welche Wallbox?","hint.choose_text":"Es gibt mehrere. Die Wahl hier gilt vorerst, die im Editor dieser Karte auf Dauer.","hint.fault":"Die Wallbox meldet eine Störung: {fault}","hint.fault_text":"Auto abstecken und wieder anstecken. Bleibt die Störung, Wallbox aus- und einschalten, dann den Installateur fragen.","hint.gone":"Diese Wallbox gibt es nicht mehr","hint.gone_text":"„device: {device}“ gehört nicht zu den Geräten dieses Home Assistant oder wurde entfernt. Im Editor dieser Karte lässt sich eine Wallbox wählen.","hint.missing":"{field}: Die Entität „{entity}“ gibt es nicht","hint.missing_text":"Sie wurde entfernt, umbenannt oder ist deaktiviert. Im Editor dieser Karte lässt sich eine andere wählen.","hint.none":"Noch keine Wallbox","hint.none_text":"Sobald in der Integration EVSE OCPP eine hinzugefügt ist, zeigt diese Karte sie von selbst.","hint.not_loaded":"EVSE OCPP läuft nicht","hint.not_loaded_text":"Home Assistant hat die Integration nicht geladen, oder sie ist abgeschaltet. Die Karte macht von selbst weiter, sobald sie läuft.","hint.open_device":"Wallbox öffnen","hint.open_integration":"EVSE OCPP öffnen","hint.problem":"{field}: „{came}“ ist nicht möglich","kind.away":"Nicht verbunden","kind.charging":"Lädt","kind.fault":"Störung","kind.free":"Verfügbar","kind.ready":"Auto angeschlossen","kind.unknown":"Unbekannt","kind.waiting":"Wartet","limit.title":"Stromgrenze","modes.title":"Lademodus","month.after":"Monat danach","month.all_statements":"Abrechnungen für alle","month.before":"Monat davor","month.by_owner":"Nach Person und Karte","month.by_wallbox":"Nach Wallbox","month.card":"Ein Monat nach Personen und Karten, mit Abrechnungen","month.everybody":"alle","month.month":"Monat","month.none":"In diesem Monat wurde nicht geladen.","month.session":"{count} Ladevorgang","month.sessions":"{count} Ladevorgänge","month.statement":"Abrechnung für {name} als {format}","month.sun":"{share} von der Sonne","month.written":"Die Abrechnungen sind fertig:","owner.nobody":"Ohne Karte","part.limit":"Stromgrenze","part.modes":"Lademodi","part.phases":"Phasen des Hauses","part.plan":"Plan","part.session":"Ladevorgang","part.why":"Warum dieser Strom","period.all":"Alle","period.custom":"Von … bis …","period.days_30":"Letzte 30 Tage","period.last_month":"Letzter Monat","period.this_month":"Dieser Monat","period.this_year":"Dieses Jahr","phases.card":"Phasen eines Hauses an seiner Sicherung","phases.cars":"Autos","phases.choose":"Welches Haus?","phases.empty":"Noch keine Wallbox an diesem Haus","phases.empty_text":"Die Wallboxen in den Einstellungen des Standorts wählen; eine neue ist hier zu sehen, sobald sie sich verbunden hat.","phases.export":"Einspeisung","phases.exports":"speist {export} ein","phases.fuse":"Sicherung","phases.gone":"Dieses Haus gibt es nicht mehr","phases.gone_text":"Es wurde aus EVSE OCPP entfernt, oder „site“ nennt in dieser Karte ein anderes Gerät. Das Haus im Editor der Karte wählen.","phases.house":"Haus","phases.loading":"Haus wird geladen …","phases.meter_lost":"Der Zähler des Hauses schweigt. Autos bekommen nur, was ohne ihn sicher ist. Die Entitäten des Zählers in Home Assistant prüfen.","phases.no_meter":"Nichts misst das Haus: Zu sehen ist nur, was die Autos nehmen.","phases.no_site":"Diese Wallbox gehört zu keinem Standort. Das Haus hinzufügen: Einstellungen → Geräte & Dienste → EVSE OCPP → Standort hinzufügen.","phases.no_surplus":"Bezug","phases.none":"Noch kein Haus","phases.none_text":"Mit Sicherung und Zähler hinzufügen: Einstellungen → Geräte & Dienste → EVSE OCPP → Standort hinzufügen.","phases.of_cars":"Autos {cars}","phases.of_fuse":"von {fuse}","phases.over":"{over} über der Sicherung","phases.price":"Preis jetzt","phases.room":"Platz für {room}","phases.site":"Haus","phases.sum_only":"Der Zähler nennt nur die Summe: Jede Phase zeigt einen gleichen Teil davon.","phases.surplus":"Überschuss","phases.title":"Haus und Autos","phases.unknown":"Haus nicht gemessen","plan.about":"etwa {cost}","plan.add":"Ziel hinzufügen","plan.add_amount":"{amount} dazu","plan.again":"Erneut versuchen","plan.card":"Ladeplan einer Wallbox","plan.charges":"lädt {times}","plan.edit":"{goal} ändern","plan.every_day":"Jeden Tag","plan.failed":"Der Plan konnte nicht geladen werden: {error}","plan.follow":"Dem Plan folgen","plan.goals":"Ziele","plan.house_time":"Zeiten gelten am Ort des Hauses ({zone}).","plan.loading":"Plan wird geladen …","plan.no_prices":"Es sind keine Preise bekannt: Geladen wird rechtzeitig, aber nicht in günstigen Stunden. Den Preis in den Einstellungen des Standorts wählen.","plan.no_site":"Ein Plan braucht das Haus als Standort mit seinen Preisen: Einstellungen → Geräte & Dienste → EVSE OCPP → Standort hinzufügen.","plan.none":"Noch kein Ziel","plan.none_hint":"Angeben, wie viel bis wann geladen sein soll: Genutzt werden die günstigsten Stunden und die Sonne.","plan.other_mode":"Der Modus „{mode}“ folgt dem Plan nicht.","plan.reached":"Das Gewünschte ist schon geladen.","plan.ready_by":"Fertig bis {time}","plan.remove":"{goal} entfernen","plan.removed":"Entfernt: {goal}","plan.title":"Ladeplan","plan.undo":"Rückgängig","plan.unmet":"{needed} bis {time} sind nicht möglich: {possible}.","plan.unmet_ready":"Alles ist um {time} geladen.","plan.until_amount":"bis {amount}","plan.use":"Für {goal} planen","plan.waiting":"Zurzeit ist nichts geplant","plan.waiting_hint":"Geplant wird, sobald ein Auto angesteckt ist und ein Ziel bevorsteht.","plan_fold.line":"{energy} bis {time}","plan_fold.missed":"Bis {time} nicht möglich","plan_fold.none":"Keiner","plan_fold.title":"Plan","problem.entity_of":"Nötig ist die ID einer Entität von: {list}.","problem.list":"eine Liste von Texten","problem.list_of_roles":"Nötig ist eine Liste wie „status: sensor.wallbox“.","problem.one_of":"Möglich: {list}.","problem.text":"Nötig ist ein Text.","problem.yes_no":"Möglich: true oder false.","problem.yes_no_of":"Nötig ist true oder false für jedes von: {list}.","ring.offered":"{current} angeboten","ring.one_phase":"1 Phase","ring.phases":"{count} Phasen","session.cost":"Kosten","session.energy":"Energie","session.last":"Letzter Ladevorgang","session.none":"Noch kein Ladevorgang","session.now":"Dieser Ladevorgang","session.time":"Dauer","session.total":"Gesamtenergie","session.unpriced":"Für einen Teil der Energie war kein Preis bekannt.","sessions.card":"Ladevorgänge mit Filtern und Download","sessions.csv":"Diese Ladevorgänge als Tabelle (CSV) herunterladen","sessions.newer":"Neuere Ladevorgänge","sessions.no_document_of_nobody":"Von Ladevorgängen ohne Karte gibt es kein Dokument. Alle wählen.","sessions.no_price":"ohne Preis","sessions.none":"Kein Ladevorgang passt. Einen längeren Zeitraum, eine andere Wallbox oder Person wählen.","sessions.older":"Ältere Ladevorgänge","sessions.page":"{first}–{last} von {count}","sessions.pages":"Seiten","sessions.pdf":"Diese Ladevorgänge als Dokument (PDF) herunterladen","sessions.running":"läuft","source.battery":"Hausspeicher","source.grid":"Netz","source.other":"Energie","source.sun":"Sonne","source.unknown":"Herkunft: –","sum.cost":"Kosten","sum.energy":"Energie","sum.sun":"Von der Sonne","why.next":"Nächste Änderung: {time}","why.next_in":"Nächste Änderung: {time}, in {duration}","why.title":"Warum dieser Strom","why.unknown":"–"};var Ze={"act.boost":"Boost for 1 hour","act.boosting":"Boost until {time}","act.dismiss":"Close","act.pause":"Pause","act.start":"Start","board.cost_by_week":"Cost by week","board.costs":"Costs and sun","board.description":"All wallboxes and your house: overview, sessions, months, costs and sun, faults.","board.dimmed":"Limited by the grid operator","board.faults":"Faults","board.last_week":"In the last week","board.months":"Months","board.no_device":"devices: “{device}” is no wallbox. Allowed: the devices of this integration’s wallboxes","board.none":"There is no wallbox yet","board.none_link":"Add a wallbox","board.none_what":"As soon as a wallbox has been added and has connected, this dashboard shows it. Nothing is to be done here.","board.overview":"Overview","board.power":"Power","board.price":"Price of electricity","board.sessions":"Sessions","board.title":"Charging","card.more":"Details","card.name":"Wallbox","chart.charging":"Charging","chart.cost":"Cost","chart.help":"Arrow keys go through the times.","chart.label":"Prices and planned charging","chart.now":"Now","chart.price":"Price","chart.sun":"Sun forecast","chart.table":"As a table","chart.time":"Time","column.cost":"Cost","column.energy":"Energy","column.when":"Start","column.where":"Wallbox","column.who":"Who","editor.charging":"Charging on and off","editor.current":"Current","editor.current_limit":"Current limit","editor.device":"Wallbox","editor.device_help":"Without a choice: the only one there is.","editor.energy":"Total energy","editor.entities":"A charger of another integration","editor.layout":"Layout","editor.layout_compact":"Compact","editor.layout_full":"Full","editor.mode":"Charging mode","editor.name":"Name","editor.power":"Power","editor.session_cost":"Session: cost","editor.session_duration":"Session: duration","editor.session_energy":"Session: energy","editor.session_start":"Session: start","editor.show":"Parts that are shown","editor.status":"Status","editor.why":"Reason of the current","energy.card":"Charged energy from sun, battery and grid","energy.chart":"bar chart","energy.day":"30 days","energy.failed":"Home Assistant’s statistics cannot be read: {error}. They need the “recorder” integration.","energy.month":"12 months","energy.no_meters":"No wallbox has an energy sensor that is switched on. Switch “Total energy” on, on its device page.","energy.none":"Nothing yet in this time. Home Assistant writes its statistics once an hour.","energy.title":"Charged energy","faults.card":"State of all wallboxes, and repairs","faults.fault":"Fault since {since}: {detail}","faults.meter_silent":"The house’s meter is silent since {since}. Cars get only what is safe without it.","faults.meter_well":"The house’s meter tells what flows.","faults.not_connected":"Not connected since {since}. Check its power and its network.","faults.now":"Now","faults.open_repairs":"Open repairs","faults.out_of_service":"Out of service since {since}","faults.repairs":"Repairs","faults.silent":"It has not told its state yet.","faults.well":"Works: {detail}","filter.all":"All","filter.everybody":"Everybody","filter.from":"From","filter.owner":"Person or card","filter.period":"Period","filter.to":"To","filter.wallbox":"Wallbox","goal.all_days":"None chosen: every day.","goal.amount":"How much","goal.any_starts":"as is cheapest","goal.cancel":"Cancel","goal.change":"Change goal","goal.date":"Date","goal.details":"For sensitive cars","goal.km":"km to add","goal.kwh":"kWh to add","goal.less":"Less","goal.more":"More","goal.new":"New goal","goal.no_date":"Choose a date.","goal.no_number":"“{came}” is no number. Allowed: {least} to {most} {sign}","goal.no_soc":"Nobody tells the car’s state of charge: its battery counts as empty. Choose the entity in the settings of the wallbox.","goal.no_time":"Choose a time.","goal.once":"Once","goal.outside":"{came} is not possible. Allowed: {least} to {most} {sign}","goal.past":"This is in the past. Choose a later time.","goal.percent":"% in the battery","goal.precondition":"Minutes right before","goal.precondition_help":"Charges right before the departure, so that the battery is warm.","goal.repeats":"Every week","goal.save":"Save","goal.starts":"Starts at most","goal.starts_help":"For cars that do not wake up a second time.","goal.time":"Time","goal.today":"Today","goal.tomorrow":"Tomorrow","goal.too_much":"Until then this wallbox can charge {most} at most, even at full power from now on.","goal.unit":"Unit","goal.weekdays":"On which days","goal.when":"By when","hint.away":"Not connected","hint.away_address":"Does it still have Home Assistant’s server address and password?","hint.away_network":"Is it in the network: does its Wi-Fi or cable work?","hint.away_power":"Does the wallbox have power? A restart of it often helps.","hint.away_since":"Not connected since {time}","hint.choose":"Which wallbox?","hint.choose_text":"There are several. Choose one here for now, or for good in the editor of this card.","hint.fault":"The wallbox reports a fault: {fault}","hint.fault_text":"Unplug the car and plug it in again. If the fault remains, switch the wallbox off and on, then ask its installer.","hint.gone":"This wallbox is no longer there","hint.gone_text":"“device: {device}” is none of this Home Assistant’s devices, or it was removed. Choose a wallbox in the editor of this card.","hint.missing":"{field}: there is no entity “{entity}”","hint.missing_text":"It was removed, renamed or is disabled. Choose another one in the editor of this card.","hint.none":"No wallbox yet","hint.none_text":"Add one to the integration EVSE OCPP; this card shows it by itself.","hint.not_loaded":"EVSE OCPP is not running","hint.not_loaded_text":"Home Assistant has not loaded the integration, or it is switched off. The card goes on by itself once it runs.","hint.open_device":"Open the wallbox","hint.open_integration":"Open EVSE OCPP","hint.problem":"{field}: “{came}” is not possible","kind.away":"Not connected","kind.charging":"Charging","kind.fault":"Fault","kind.free":"Available","kind.ready":"Car connected","kind.unknown":"Unknown","kind.waiting":"Waiting","limit.title":"Current limit","modes.title":"Charging mode","month.after":"Month after","month.all_statements":"Statements of all","month.before":"Month before","month.by_owner":"By person and card","month.by_wallbox":"By wallbox","month.card":"A month by person and card, with statements","month.everybody":"all","month.month":"Month","month.none":"Nothing was charged in this month.","month.session":"{count} session","month.sessions":"{count} sessions","month.statement":"Statement of {name} as {format}","month.sun":"{share} from the sun","month.written":"The statements are written:","owner.nobody":"Without a card","part.limit":"Current limit","part.modes":"Charging modes","part.phases":"Phases of the house","part.plan":"Plan","part.session":"Session","part.why":"Why this current","period.all":"All","period.custom":"From … to …","period.days_30":"Last 30 days","period.last_month":"Last month","period.this_month":"This month","period.this_year":"This year","phases.card":"Phases of a house against its fuse","phases.cars":"Cars","phases.choose":"Which house?","phases.empty":"No wallbox at this house yet","phases.empty_text":"Choose the wallboxes in the settings of the site; a new one shows here once it has connected.","phases.export":"Export","phases.exports":"exports {export}","phases.fuse":"Fuse","phases.gone":"This house is no longer there","phases.gone_text":"It was removed from EVSE OCPP, or “site” in this card names another device. Choose the house in the editor of this card.","phases.house":"House","phases.loading":"Loading the house …","phases.meter_lost":"The meter of the house is silent. Cars get only what is safe without it. Check the meter’s entities in Home Assistant.","phases.no_meter":"Nothing measures the house: only what the cars take is shown.","phases.no_site":"This wallbox belongs to no site. Add your house: Settings → Devices & services → EVSE OCPP → Add site.","phases.no_surplus":"Drawn","phases.none":"No house yet","phases.none_text":"Add it with its fuse and meter: Settings → Devices & services → EVSE OCPP → Add site.","phases.of_cars":"cars {cars}","phases.of_fuse":"of {fuse}","phases.over":"{over} above the fuse","phases.price":"Price now","phases.room":"room for {room}","phases.site":"House","phases.sum_only":"The meter tells only the sum: each phase shows an even share of it.","phases.surplus":"Surplus","phases.title":"House and cars","phases.unknown":"house not measured","plan.about":"about {cost}","plan.add":"Add goal","plan.add_amount":"{amount} more","plan.again":"Try again","plan.card":"Charging plan of a wallbox","plan.charges":"charges {times}","plan.edit":"Change {goal}","plan.every_day":"Every day","plan.failed":"The plan could not be loaded: {error}","plan.follow":"Follow the plan","plan.goals":"Goals","plan.house_time":"Times are those of the house ({zone}).","plan.loading":"Loading the plan …","plan.no_prices":"No prices are known: it is charged in time, but not in cheap hours. Choose a price in the settings of the site.","plan.no_site":"A plan needs your house as a site with its prices: Settings → Devices & services → EVSE OCPP → Add site.","plan.none":"No goal yet","plan.none_hint":"Say how much is to be charged by when: the cheapest hours and the sun are used for it.","plan.other_mode":"The mode “{mode}” does not follow the plan.","plan.reached":"What is wanted is in already.","plan.ready_by":"Ready by {time}","plan.remove":"Remove {goal}","plan.removed":"Removed: {goal}","plan.title":"Charging plan","plan.undo":"Undo","plan.unmet":"{needed} by {time} are not possible: {possible}.","plan.unmet_ready":"All of it will be in at {time}.","plan.until_amount":"up to {amount}","plan.use":"Plan for {goal}","plan.waiting":"Nothing is planned at the moment","plan.waiting_hint":"It is planned as soon as a car is plugged in and a goal lies ahead.","plan_fold.line":"{energy} by {time}","plan_fold.missed":"Not possible by {time}","plan_fold.none":"None","plan_fold.title":"Plan","problem.entity_of":"Needed is the id of an entity of: {list}.","problem.list":"a list of texts","problem.list_of_roles":"Needed is a list such as “status: sensor.wallbox”.","problem.one_of":"Possible: {list}.","problem.text":"Needed is a text.","problem.yes_no":"Possible: true or false.","problem.yes_no_of":"Needed is true or false for each of: {list}.","ring.offered":"{current} offered","ring.one_phase":"1 phase","ring.phases":"{count} phases","session.cost":"Cost","session.energy":"Energy","session.last":"Last session","session.none":"No session yet","session.now":"This session","session.time":"Duration","session.total":"Total energy","session.unpriced":"A part of its energy had no known price.","sessions.card":"Charging sessions with filters and download","sessions.csv":"Download these sessions as a table (CSV)","sessions.newer":"Newer sessions","sessions.no_document_of_nobody":"There is no document of sessions without a card. Choose everybody.","sessions.no_price":"no price","sessions.none":"No session fits. Choose a longer period, or another wallbox or person.","sessions.older":"Older sessions","sessions.page":"{first}–{last} of {count}","sessions.pages":"Pages","sessions.pdf":"Download these sessions as a document (PDF)","sessions.running":"running","source.battery":"Home battery","source.grid":"Grid","source.other":"Energy","source.sun":"Sun","source.unknown":"Source: –","sum.cost":"Cost","sum.energy":"Energy","sum.sun":"From the sun","why.next":"Next change: {time}","why.next_in":"Next change: {time}, in {duration}","why.title":"Why this current","why.unknown":"–"};var dn={"act.boost":"Boost durante 1 hora","act.boosting":"Boost hasta {time}","act.dismiss":"Cerrar","act.pause":"Pausar","act.start":"Iniciar","board.cost_by_week":"Coste por semana","board.costs":"Costes y sol","board.description":"Todos los cargadores y la casa: resumen, sesiones, meses, costes y sol, averías.","board.dimmed":"Limitado por el operador de la red","board.faults":"Averías","board.last_week":"En la última semana","board.months":"Meses","board.no_device":"devices: «{device}» no es un cargador. Permitido: los dispositivos de los cargadores de esta integración","board.none":"Todavía no hay ningún cargador","board.none_link":"Añadir un cargador","board.none_what":"En cuanto se haya añadido un cargador y se haya conectado, este panel lo muestra. Aquí no hay que hacer nada.","board.overview":"Resumen","board.power":"Potencia","board.price":"Precio de la electricidad","board.sessions":"Sesiones","board.title":"Carga","card.more":"Detalles","card.name":"Wallbox","chart.charging":"Carga","chart.cost":"Coste","chart.help":"Las flechas recorren las horas.","chart.label":"Precios y carga planificada","chart.now":"Ahora","chart.price":"Precio","chart.sun":"Previsión solar","chart.table":"Como tabla","chart.time":"Hora","column.cost":"Coste","column.energy":"Energía","column.when":"Inicio","column.where":"Cargador","column.who":"Quién","editor.charging":"Carga encendida y apagada","editor.current":"Corriente","editor.current_limit":"Límite de corriente","editor.device":"Wallbox","editor.device_help":"Sin elección: el único que hay.","editor.energy":"Energía total","editor.entities":"Un cargador de otra integración","editor.layout":"Disposición","editor.layout_compact":"Compacta","editor.layout_full":"Completa","editor.mode":"Modo de carga","editor.name":"Nombre","editor.power":"Potencia","editor.session_cost":"Sesión: coste","editor.session_duration":"Sesión: duración","editor.session_energy":"Sesión: energía","editor.session_start":"Sesión: inicio","editor.show":"Partes mostradas","editor.status":"Estado","editor.why":"Motivo de la corriente","energy.card":"Energía cargada de sol, batería y red","energy.chart":"gráfico de barras","energy.day":"30 días","energy.failed":"No se pueden leer las estadísticas de Home Assistant: {error}. Necesitan la integración «recorder».","energy.month":"12 meses","energy.no_meters":"Ningún cargador tiene un sensor de energía activado. Activar «Energía total» en la página del dispositivo.","energy.none":"Todavía nada en este período. Home Assistant escribe sus estadísticas cada hora.","energy.title":"Energía cargada","faults.card":"Estado de todos los cargadores, y reparaciones","faults.fault":"Avería desde {since}: {detail}","faults.meter_silent":"El contador de la casa calla desde {since}. Los coches reciben solo lo que es seguro sin él.","faults.meter_well":"El contador de la casa comunica los valores.","faults.not_connected":"Sin conexión desde {since}. Comprobar la alimentación y la red.","faults.now":"Ahora","faults.open_repairs":"Abrir las reparaciones","faults.out_of_service":"Fuera de servicio desde {since}","faults.repairs":"Reparaciones","faults.silent":"Todavía no ha comunicado su estado.","faults.well":"Funciona: {detail}","filter.all":"Todos","filter.everybody":"Todos","filter.from":"Desde","filter.owner":"Persona o tarjeta","filter.period":"Período","filter.to":"Hasta","filter.wallbox":"Cargador","goal.all_days":"Ninguno elegido: cada día.","goal.amount":"Cuánto","goal.any_starts":"lo más barato","goal.cancel":"Cancelar","goal.change":"Cambiar objetivo","goal.date":"Fecha","goal.details":"Para coches delicados","goal.km":"km a añadir","goal.kwh":"kWh a añadir","goal.less":"Menos","goal.more":"Más","goal.new":"Nuevo objetivo","goal.no_date":"Elige una fecha.","goal.no_number":"“{came}” no es un número. Permitido: de {least} a {most} {sign}","goal.no_soc":"No se conoce el estado de carga del coche: la batería cuenta como vacía. Elige la entidad en los ajustes del cargador.","goal.no_time":"Elige una hora.","goal.once":"Una vez","goal.outside":"{came} no es posible. Permitido: de {least} a {most} {sign}","goal.past":"Ya ha pasado. Elige un momento posterior.","goal.percent":"% en la batería","goal.precondition":"Minutos justo antes","goal.precondition_help":"Carga justo antes de salir, para que la batería esté caliente.","goal.repeats":"Cada semana","goal.save":"Guardar","goal.starts":"Inicios como máximo","goal.starts_help":"Para coches que no despiertan una segunda vez.","goal.time":"Hora","goal.today":"Hoy","goal.tomorrow":"Mañana","goal.too_much":"Hasta entonces este cargador puede dar como máximo {most}, incluso a plena potencia desde ahora.","goal.unit":"Unidad","goal.weekdays":"Qué días","goal.when":"Para cuándo","hint.away":"Sin conexión","hint.away_address":"¿Tiene aún la dirección del servidor y la contraseña de Home Assistant?","hint.away_network":"¿Está en la red: funciona su Wi-Fi o su cable?","hint.away_power":"¿Tiene corriente el wallbox? A menudo basta con reiniciarlo.","hint.away_since":"Sin conexión desde {time}","hint.choose":"¿Qué wallbox?","hint.choose_text":"Hay varios. La elección hecha aquí vale por ahora; la del editor de esta tarjeta permanece.","hint.fault":"El wallbox informa de un fallo: {fault}","hint.fault_text":"Desenchufe el coche y vuelva a enchufarlo. Si el fallo persiste, apague y encienda el wallbox; después, consulte al instalador.","hint.gone":"Este wallbox ya no existe","hint.gone_text":"«device: {device}» no es un dispositivo de este Home Assistant, o se eliminó. Elija un wallbox en el editor de esta tarjeta.","hint.missing":"{field}: no existe la entidad «{entity}»","hint.missing_text":"Se ha eliminado, renombrado o está desactivada. Elija otra en el editor de esta tarjeta.","hint.none":"Aún no hay ningún wallbox","hint.none_text":"Añada uno a la integración EVSE OCPP; esta tarjeta lo muestra por sí sola.","hint.not_loaded":"EVSE OCPP no está en marcha","hint.not_loaded_text":"Home Assistant no ha cargado la integración o está desactivada. La tarjeta continúa por sí sola cuando esté en marcha.","hint.open_device":"Abrir el wallbox","hint.open_integration":"Abrir EVSE OCPP","hint.problem":"{field}: «{came}» no es posible","kind.away":"Sin conexión","kind.charging":"Cargando","kind.fault":"Fallo","kind.free":"Disponible","kind.ready":"Coche conectado","kind.unknown":"Desconocido","kind.waiting":"En espera","limit.title":"Límite de corriente","modes.title":"Modo de carga","month.after":"Mes siguiente","month.all_statements":"Justificantes de todos","month.before":"Mes anterior","month.by_owner":"Por persona y tarjeta","month.by_wallbox":"Por cargador","month.card":"Un mes por persona y tarjeta, con justificantes","month.everybody":"todos","month.month":"Mes","month.none":"En este mes no se cargó nada.","month.session":"{count} sesión","month.sessions":"{count} sesiones","month.statement":"Justificante de {name} como {format}","month.sun":"{share} del sol","month.written":"Los justificantes están listos:","owner.nobody":"Sin tarjeta","part.limit":"Límite de corriente","part.modes":"Modos de carga","part.phases":"Fases de la casa","part.plan":"Plan","part.session":"Sesión","part.why":"Por qué esta corriente","period.all":"Todas","period.custom":"De … a …","period.days_30":"Últimos 30 días","period.last_month":"Mes pasado","period.this_month":"Este mes","period.this_year":"Este año","phases.card":"Fases de una casa frente a su fusible","phases.cars":"Coches","phases.choose":"¿Qué casa?","phases.empty":"Todavía no hay cargador en esta casa","phases.empty_text":"Elige los cargadores en los ajustes de la instalación; uno nuevo aparece aquí cuando se ha conectado.","phases.export":"Excedente","phases.exports":"exporta {export}","phases.fuse":"Fusible","phases.gone":"Esta casa ya no existe","phases.gone_text":"Se quitó de EVSE OCPP, o “site” en esta tarjeta indica otro dispositivo. Elige la casa en el editor de la tarjeta.","phases.house":"Casa","phases.loading":"Cargando la casa …","phases.meter_lost":"El contador de la casa no responde. Los coches solo reciben lo que es seguro sin él. Revisa las entidades del contador en Home Assistant.","phases.no_meter":"Nada mide la casa: solo se ve lo que toman los coches.","phases.no_site":"Este cargador no pertenece a ninguna instalación. Añade la casa: Ajustes → Dispositivos y servicios → EVSE OCPP → Añadir instalación.","phases.no_surplus":"Consumo","phases.none":"Todavía no hay casa","phases.none_text":"Añádela con su fusible y su contador: Ajustes → Dispositivos y servicios → EVSE OCPP → Añadir instalación.","phases.of_cars":"coches {cars}","phases.of_fuse":"de {fuse}","phases.over":"{over} por encima del fusible","phases.price":"Precio ahora","phases.room":"sitio para {room}","phases.site":"Casa","phases.sum_only":"El contador solo da la suma: cada fase muestra una parte igual.","phases.surplus":"Excedente","phases.title":"Casa y coches","phases.unknown":"casa no medida","plan.about":"unos {cost}","plan.add":"Añadir objetivo","plan.add_amount":"{amount} más","plan.again":"Reintentar","plan.card":"Plan de carga de un cargador","plan.charges":"carga {times}","plan.edit":"Cambiar {goal}","plan.every_day":"Cada día","plan.failed":"No se pudo cargar el plan: {error}","plan.follow":"Seguir el plan","plan.goals":"Objetivos","plan.house_time":"Las horas son las de la casa ({zone}).","plan.loading":"Cargando el plan …","plan.no_prices":"No se conocen precios: se carga a tiempo, pero no en horas baratas. Elige un precio en los ajustes de la instalación.","plan.no_site":"Un plan necesita la casa como instalación con sus precios: Ajustes → Dispositivos y servicios → EVSE OCPP → Añadir instalación.","plan.none":"Ningún objetivo todavía","plan.none_hint":"Indica cuánto cargar y para cuándo: se usan las horas más baratas y el sol.","plan.other_mode":"El modo “{mode}” no sigue el plan.","plan.reached":"Lo deseado ya está cargado.","plan.ready_by":"Lista a las {time}","plan.remove":"Quitar {goal}","plan.removed":"Quitado: {goal}","plan.title":"Plan de carga","plan.undo":"Deshacer","plan.unmet":"{needed} para {time} no son posibles: {possible}.","plan.unmet_ready":"Todo estará cargado a las {time}.","plan.until_amount":"hasta el {amount}","plan.use":"Planificar para {goal}","plan.waiting":"De momento no hay nada planificado","plan.waiting_hint":"Se planifica en cuanto hay un coche conectado y un objetivo por delante.","plan_fold.line":"{energy} para {time}","plan_fold.missed":"No es posible para {time}","plan_fold.none":"Ninguno","plan_fold.title":"Plan","problem.entity_of":"Se necesita el id de una entidad de: {list}.","problem.list":"una lista de textos","problem.list_of_roles":"Se necesita una lista como «status: sensor.wallbox».","problem.one_of":"Posibles: {list}.","problem.text":"Se necesita un texto.","problem.yes_no":"Posibles: true o false.","problem.yes_no_of":"Se necesita true o false para cada uno de: {list}.","ring.offered":"{current} ofrecidos","ring.one_phase":"1 fase","ring.phases":"{count} fases","session.cost":"Coste","session.energy":"Energía","session.last":"Última sesión","session.none":"Aún no hay sesiones","session.now":"Esta sesión","session.time":"Duración","session.total":"Energía total","session.unpriced":"Para una parte de la energía no se conocía el precio.","sessions.card":"Sesiones de carga con filtros y descarga","sessions.csv":"Descargar estas sesiones como tabla (CSV)","sessions.newer":"Sesiones más recientes","sessions.no_document_of_nobody":"No hay documento de las sesiones sin tarjeta. Elegir todos.","sessions.no_price":"sin precio","sessions.none":"Ninguna sesión coincide. Elegir un período más largo, u otro cargador o persona.","sessions.older":"Sesiones más antiguas","sessions.page":"{first}–{last} de {count}","sessions.pages":"Páginas","sessions.pdf":"Descargar estas sesiones como documento (PDF)","sessions.running":"en curso","source.battery":"Batería de casa","source.grid":"Red","source.other":"Energía","source.sun":"Sol","source.unknown":"Origen: –","sum.cost":"Coste","sum.energy":"Energía","sum.sun":"Del sol","why.next":"Próximo cambio: {time}","why.next_in":"Próximo cambio: {time}, en {duration}","why.title":"Por qué esta corriente","why.unknown":"–"};var un={"act.boost":"Boost pendant 1 heure","act.boosting":"Boost jusqu’à {time}","act.dismiss":"Fermer","act.pause":"Suspendre","act.start":"Démarrer","board.cost_by_week":"Coût par semaine","board.costs":"Coûts et soleil","board.description":"Toutes les bornes et la maison : aperçu, sessions, mois, coûts et soleil, défauts.","board.dimmed":"Limité par le gestionnaire du réseau","board.faults":"Défauts","board.last_week":"La semaine passée","board.months":"Mois","board.no_device":"devices : « {device} » n’est pas une borne. Permis : les appareils des bornes de cette intégration","board.none":"Il n’y a pas encore de borne","board.none_link":"Ajouter une borne","board.none_what":"Dès qu’une borne est ajoutée et s’est connectée, ce tableau de bord la montre. Il n’y a rien à faire ici.","board.overview":"Aperçu","board.power":"Puissance","board.price":"Prix de l’électricité","board.sessions":"Sessions","board.title":"Recharge","card.more":"Détails","card.name":"Wallbox","chart.charging":"Charge","chart.cost":"Coût","chart.help":"Les touches fléchées parcourent les heures.","chart.label":"Prix et charge planifiée","chart.now":"Maintenant","chart.price":"Prix","chart.sun":"Prévision solaire","chart.table":"En tableau","chart.time":"Heure","column.cost":"Coût","column.energy":"Énergie","column.when":"Début","column.where":"Borne","column.who":"Qui","editor.charging":"Charge en marche et arrêtée","editor.current":"Courant","editor.current_limit":"Limite de courant","editor.device":"Wallbox","editor.device_help":"Sans choix : la seule présente.","editor.energy":"Énergie totale","editor.entities":"Une borne d’une autre intégration","editor.layout":"Présentation","editor.layout_compact":"Compacte","editor.layout_full":"Complète","editor.mode":"Mode de charge","editor.name":"Nom","editor.power":"Puissance","editor.session_cost":"Session : coût","editor.session_duration":"Session : durée","editor.session_energy":"Session : énergie","editor.session_start":"Session : début","editor.show":"Parties affichées","editor.status":"État","editor.why":"Raison du courant","energy.card":"Énergie chargée du soleil, de la batterie et du réseau","energy.chart":"graphique en barres","energy.day":"30 jours","energy.failed":"Les statistiques de Home Assistant ne peuvent pas être lues : {error}. Il leur faut l’intégration « recorder ».","energy.month":"12 mois","energy.no_meters":"Aucune borne n’a de capteur d’énergie activé. Activer « Énergie totale » sur la page de l’appareil.","energy.none":"Encore rien dans cette période. Home Assistant écrit ses statistiques chaque heure.","energy.title":"Énergie chargée","faults.card":"État de toutes les bornes, et réparations","faults.fault":"Défaut depuis {since} : {detail}","faults.meter_silent":"Le compteur de la maison se tait depuis {since}. Les voitures ne reçoivent que ce qui est sûr sans lui.","faults.meter_well":"Le compteur de la maison donne ses valeurs.","faults.not_connected":"Pas connectée depuis {since}. Vérifier l’alimentation et le réseau.","faults.now":"Maintenant","faults.open_repairs":"Ouvrir les réparations","faults.out_of_service":"Hors service depuis {since}","faults.repairs":"Réparations","faults.silent":"Elle n’a pas encore dit son état.","faults.well":"Fonctionne : {detail}","filter.all":"Toutes","filter.everybody":"Tout le monde","filter.from":"Du","filter.owner":"Personne ou carte","filter.period":"Période","filter.to":"Au","filter.wallbox":"Borne","goal.all_days":"Aucun choisi : chaque jour.","goal.amount":"Combien","goal.any_starts":"au moins cher","goal.cancel":"Annuler","goal.change":"Modifier l’objectif","goal.date":"Date","goal.details":"Pour voitures exigeantes","goal.km":"km à ajouter","goal.kwh":"kWh à ajouter","goal.less":"Moins","goal.more":"Plus","goal.new":"Nouvel objectif","goal.no_date":"Choisissez une date.","goal.no_number":"« {came} » n’est pas un nombre. Permis : {least} à {most} {sign}","goal.no_soc":"L’état de charge de la voiture n’est pas connu : la batterie compte comme vide. Choisissez l’entité dans les réglages de la borne.","goal.no_time":"Choisissez une heure.","goal.once":"Une fois","goal.outside":"{came} : impossible. Permis : {least} à {most} {sign}","goal.past":"C’est déjà passé. Choisissez un moment ultérieur.","goal.percent":"% dans la batterie","goal.precondition":"Minutes juste avant","goal.precondition_help":"Charge juste avant le départ, pour que la batterie soit chaude.","goal.repeats":"Chaque semaine","goal.save":"Enregistrer","goal.starts":"Départs au plus","goal.starts_help":"Pour les voitures qui ne se réveillent pas une seconde fois.","goal.time":"Heure","goal.today":"Aujourd’hui","goal.tomorrow":"Demain","goal.too_much":"D’ici là, cette borne peut charger {most} au plus, même à pleine puissance dès maintenant.","goal.unit":"Unité","goal.weekdays":"Quels jours","goal.when":"Pour quand","hint.away":"Non connectée","hint.away_address":"A-t-elle encore l’adresse du serveur et le mot de passe de Home Assistant ?","hint.away_network":"Est-elle sur le réseau : son Wi-Fi ou son câble fonctionne-t-il ?","hint.away_power":"La wallbox est-elle alimentée ? La redémarrer suffit souvent.","hint.away_since":"Non connectée depuis {time}","hint.choose":"Quelle wallbox ?","hint.choose_text":"Il y en a plusieurs. Le choix fait ici vaut pour l’instant ; celui de l’éditeur de cette carte est conservé.","hint.fault":"La wallbox signale un défaut : {fault}","hint.fault_text":"Débrancher puis rebrancher la voiture. Si le défaut persiste, éteindre et rallumer la wallbox, puis demander à l’installateur.","hint.gone":"Cette wallbox n’existe plus","hint.gone_text":"« device: {device} » ne fait pas partie des appareils de ce Home Assistant, ou a été retiré. Choisir une wallbox dans l’éditeur de cette carte.","hint.missing":"{field} : l’entité « {entity} » n’existe pas","hint.missing_text":"Elle a été retirée, renommée ou est désactivée. En choisir une autre dans l’éditeur de cette carte.","hint.none":"Pas encore de wallbox","hint.none_text":"Une fois ajoutée à l’intégration EVSE OCPP, cette carte l’affiche d’elle-même.","hint.not_loaded":"EVSE OCPP ne fonctionne pas","hint.not_loaded_text":"Home Assistant n’a pas chargé l’intégration, ou elle est désactivée. La carte reprend d’elle-même dès qu’elle fonctionne.","hint.open_device":"Ouvrir la wallbox","hint.open_integration":"Ouvrir EVSE OCPP","hint.problem":"{field} : « {came} » n’est pas possible","kind.away":"Non connectée","kind.charging":"En charge","kind.fault":"Défaut","kind.free":"Disponible","kind.ready":"Voiture branchée","kind.unknown":"Inconnu","kind.waiting":"En attente","limit.title":"Limite de courant","modes.title":"Mode de charge","month.after":"Mois suivant","month.all_statements":"Relevés de tous","month.before":"Mois précédent","month.by_owner":"Par personne et carte","month.by_wallbox":"Par borne","month.card":"Un mois par personne et carte, avec relevés","month.everybody":"tous","month.month":"Mois","month.none":"Rien n’a été chargé ce mois-ci.","month.session":"{count} session","month.sessions":"{count} sessions","month.statement":"Relevé de {name} en {format}","month.sun":"{share} du soleil","month.written":"Les relevés sont prêts :","owner.nobody":"Sans carte","part.limit":"Limite de courant","part.modes":"Modes de charge","part.phases":"Phases de la maison","part.plan":"Plan","part.session":"Session","part.why":"Pourquoi ce courant","period.all":"Toutes","period.custom":"Du … au …","period.days_30":"30 derniers jours","period.last_month":"Mois dernier","period.this_month":"Ce mois-ci","period.this_year":"Cette année","phases.card":"Phases d’une maison face à son fusible","phases.cars":"Voitures","phases.choose":"Quelle maison ?","phases.empty":"Pas encore de borne dans cette maison","phases.empty_text":"Choisissez les bornes dans les réglages de l’installation ; une nouvelle apparaît ici dès qu’elle s’est connectée.","phases.export":"Injection","phases.exports":"injecte {export}","phases.fuse":"Fusible","phases.gone":"Cette maison n’existe plus","phases.gone_text":"Elle a été retirée d’EVSE OCPP, ou « site » dans cette carte désigne un autre appareil. Choisissez la maison dans l’éditeur de la carte.","phases.house":"Maison","phases.loading":"Chargement de la maison …","phases.meter_lost":"Le compteur de la maison est muet. Les voitures ne reçoivent que ce qui est sûr sans lui. Vérifiez les entités du compteur dans Home Assistant.","phases.no_meter":"Rien ne mesure la maison : seul ce que prennent les voitures est affiché.","phases.no_site":"Cette borne n’appartient à aucune installation. Ajoutez la maison : Paramètres → Appareils et services → EVSE OCPP → Ajouter une installation.","phases.no_surplus":"Soutirage","phases.none":"Pas encore de maison","phases.none_text":"Ajoutez-la avec son fusible et son compteur : Paramètres → Appareils et services → EVSE OCPP → Ajouter une installation.","phases.of_cars":"voitures {cars}","phases.of_fuse":"sur {fuse}","phases.over":"{over} au-dessus du fusible","phases.price":"Prix actuel","phases.room":"place pour {room}","phases.site":"Maison","phases.sum_only":"Le compteur ne donne que la somme : chaque phase en montre une part égale.","phases.surplus":"Surplus","phases.title":"Maison et voitures","phases.unknown":"maison non mesurée","plan.about":"environ {cost}","plan.add":"Ajouter un objectif","plan.add_amount":"{amount} de plus","plan.again":"Réessayer","plan.card":"Plan de charge d’une borne","plan.charges":"charge {times}","plan.edit":"Modifier {goal}","plan.every_day":"Chaque jour","plan.failed":"Le plan n’a pas pu être chargé : {error}","plan.follow":"Suivre le plan","plan.goals":"Objectifs","plan.house_time":"Les heures sont celles de la maison ({zone}).","plan.loading":"Chargement du plan …","plan.no_prices":"Aucun prix n’est connu : la charge se fait à temps, mais pas aux heures les moins chères. Choisissez un prix dans les réglages de l’installation.","plan.no_site":"Un plan a besoin de la maison comme installation avec ses prix : Paramètres → Appareils et services → EVSE OCPP → Ajouter une installation.","plan.none":"Pas encore d’objectif","plan.none_hint":"Indiquez combien charger et pour quand : les heures les moins chères et le soleil sont utilisés.","plan.other_mode":"Le mode « {mode} » ne suit pas le plan.","plan.reached":"La quantité voulue est déjà chargée.","plan.ready_by":"Prête pour {time}","plan.remove":"Supprimer {goal}","plan.removed":"Supprimé : {goal}","plan.title":"Plan de charge","plan.undo":"Rétablir","plan.unmet":"{needed} pour {time} : impossible, {possible} au plus.","plan.unmet_ready":"Tout sera chargé à {time}.","plan.until_amount":"jusqu’à {amount}","plan.use":"Planifier pour {goal}","plan.waiting":"Rien n’est planifié pour le moment","plan.waiting_hint":"La planification se fait dès qu’une voiture est branchée et qu’un objectif est à venir.","plan_fold.line":"{energy} pour {time}","plan_fold.missed":"Impossible pour {time}","plan_fold.none":"Aucun","plan_fold.title":"Plan","problem.entity_of":"Il faut l’identifiant d’une entité de : {list}.","problem.list":"une liste de textes","problem.list_of_roles":"Il faut une liste comme « status: sensor.wallbox ».","problem.one_of":"Possibles : {list}.","problem.text":"Il faut un texte.","problem.yes_no":"Possibles : true ou false.","problem.yes_no_of":"Il faut true ou false pour chacun de : {list}.","ring.offered":"{current} proposés","ring.one_phase":"1 phase","ring.phases":"{count} phases","session.cost":"Coût","session.energy":"Énergie","session.last":"Dernière session","session.none":"Pas encore de session","session.now":"Cette session","session.time":"Durée","session.total":"Énergie totale","session.unpriced":"Le prix d’une partie de l’énergie n’était pas connu.","sessions.card":"Sessions de recharge avec filtres et téléchargement","sessions.csv":"Télécharger ces sessions en tableau (CSV)","sessions.newer":"Sessions plus récentes","sessions.no_document_of_nobody":"Il n’y a pas de document des sessions sans carte. Choisir tout le monde.","sessions.no_price":"sans prix","sessions.none":"Aucune session ne correspond. Choisir une période plus longue, ou une autre borne ou personne.","sessions.older":"Sessions plus anciennes","sessions.page":"{first}–{last} sur {count}","sessions.pages":"Pages","sessions.pdf":"Télécharger ces sessions en document (PDF)","sessions.running":"en cours","source.battery":"Batterie de la maison","source.grid":"Réseau","source.other":"Énergie","source.sun":"Soleil","source.unknown":"Source : –","sum.cost":"Coût","sum.energy":"Énergie","sum.sun":"Du soleil","why.next":"Prochain changement : {time}","why.next_in":"Prochain changement : {time}, dans {duration}","why.title":"Pourquoi ce courant","why.unknown":"–"};var pn={"act.boost":"Boost per 1 ora","act.boosting":"Boost fino alle {time}","act.dismiss":"Chiudi","act.pause":"Pausa","act.start":"Avvia","board.cost_by_week":"Costo per settimana","board.costs":"Costi e sole","board.description":"Tutte le wallbox e la casa: panoramica, sessioni, mesi, costi e sole, guasti.","board.dimmed":"Limitato dal gestore di rete","board.faults":"Guasti","board.last_week":"Nell’ultima settimana","board.months":"Mesi","board.no_device":"devices: “{device}” non è una wallbox. Ammessi: i dispositivi delle wallbox di questa integrazione","board.none":"Non c’è ancora nessuna wallbox","board.none_link":"Aggiungere una wallbox","board.none_what":"Appena una wallbox è stata aggiunta e si è collegata, questa plancia la mostra. Qui non c’è niente da fare.","board.overview":"Panoramica","board.power":"Potenza","board.price":"Prezzo dell’elettricità","board.sessions":"Sessioni","board.title":"Ricarica","card.more":"Dettagli","card.name":"Wallbox","chart.charging":"Ricarica","chart.cost":"Costo","chart.help":"I tasti freccia scorrono gli orari.","chart.label":"Prezzi e ricarica pianificata","chart.now":"Adesso","chart.price":"Prezzo","chart.sun":"Previsione solare","chart.table":"Come tabella","chart.time":"Orario","column.cost":"Costo","column.energy":"Energia","column.when":"Inizio","column.where":"Wallbox","column.who":"Chi","editor.charging":"Ricarica accesa e spenta","editor.current":"Corrente","editor.current_limit":"Limite di corrente","editor.device":"Wallbox","editor.device_help":"Senza scelta: l’unica presente.","editor.energy":"Energia totale","editor.entities":"Una stazione di un’altra integrazione","editor.layout":"Disposizione","editor.layout_compact":"Compatta","editor.layout_full":"Completa","editor.mode":"Modalità di ricarica","editor.name":"Nome","editor.power":"Potenza","editor.session_cost":"Sessione: costo","editor.session_duration":"Sessione: durata","editor.session_energy":"Sessione: energia","editor.session_start":"Sessione: inizio","editor.show":"Parti mostrate","editor.status":"Stato","editor.why":"Motivo della corrente","energy.card":"Energia caricata da sole, batteria e rete","energy.chart":"grafico a barre","energy.day":"30 giorni","energy.failed":"Le statistiche di Home Assistant non si possono leggere: {error}. Serve l’integrazione «recorder».","energy.month":"12 mesi","energy.no_meters":"Nessuna wallbox ha un sensore di energia attivo. Attivare «Energia totale» nella pagina del dispositivo.","energy.none":"Ancora niente in questo periodo. Home Assistant scrive le statistiche ogni ora.","energy.title":"Energia caricata","faults.card":"Stato di tutte le wallbox, e riparazioni","faults.fault":"Guasto dalle {since}: {detail}","faults.meter_silent":"Il contatore della casa tace da {since}. Le auto ricevono solo quanto è sicuro senza.","faults.meter_well":"Il contatore della casa comunica i valori.","faults.not_connected":"Non collegata da {since}. Controllare alimentazione e rete.","faults.now":"Adesso","faults.open_repairs":"Aprire le riparazioni","faults.out_of_service":"Fuori servizio da {since}","faults.repairs":"Riparazioni","faults.silent":"Non ha ancora comunicato il suo stato.","faults.well":"Funziona: {detail}","filter.all":"Tutte","filter.everybody":"Tutti","filter.from":"Da","filter.owner":"Persona o tessera","filter.period":"Periodo","filter.to":"A","filter.wallbox":"Wallbox","goal.all_days":"Nessuno scelto: ogni giorno.","goal.amount":"Quanto","goal.any_starts":"come conviene di più","goal.cancel":"Annulla","goal.change":"Modifica obiettivo","goal.date":"Data","goal.details":"Per auto esigenti","goal.km":"km da aggiungere","goal.kwh":"kWh da aggiungere","goal.less":"Meno","goal.more":"Più","goal.new":"Nuovo obiettivo","goal.no_date":"Scegli una data.","goal.no_number":"“{came}” non è un numero. Ammesso: da {least} a {most} {sign}","goal.no_soc":"Lo stato di carica dell’auto non è noto: la batteria conta come vuota. Scegli l’entità nelle impostazioni della wallbox.","goal.no_time":"Scegli un’ora.","goal.once":"Una volta","goal.outside":"{came} non è possibile. Ammesso: da {least} a {most} {sign}","goal.past":"È nel passato. Scegli un momento successivo.","goal.percent":"% nella batteria","goal.precondition":"Minuti subito prima","goal.precondition_help":"Carica subito prima della partenza, così la batteria è calda.","goal.repeats":"Ogni settimana","goal.save":"Salva","goal.starts":"Avvii al massimo","goal.starts_help":"Per auto che non si risvegliano una seconda volta.","goal.time":"Ora","goal.today":"Oggi","goal.tomorrow":"Domani","goal.too_much":"Fino ad allora questa wallbox può caricare al massimo {most}, anche a piena potenza da subito.","goal.unit":"Unità","goal.weekdays":"In quali giorni","goal.when":"Entro quando","hint.away":"Non collegata","hint.away_address":"Ha ancora l’indirizzo del server e la password di Home Assistant?","hint.away_network":"È in rete: il Wi-Fi o il cavo funziona?","hint.away_power":"La wallbox è alimentata? Spesso basta riavviarla.","hint.away_since":"Non collegata da {time}","hint.choose":"Quale wallbox?","hint.choose_text":"Ce ne sono diverse. La scelta fatta qui vale per ora; quella nell’editor di questa scheda rimane.","hint.fault":"La wallbox segnala un guasto: {fault}","hint.fault_text":"Scollegare e ricollegare l’auto. Se il guasto rimane, spegnere e riaccendere la wallbox, poi rivolgersi all’installatore.","hint.gone":"Questa wallbox non c’è più","hint.gone_text":"“device: {device}” non è tra i dispositivi di questo Home Assistant, o è stato rimosso. Scegliere una wallbox nell’editor di questa scheda.","hint.missing":"{field}: non esiste alcuna entità “{entity}”","hint.missing_text":"È stata rimossa, rinominata o è disattivata. Sceglierne un’altra nell’editor di questa scheda.","hint.none":"Ancora nessuna wallbox","hint.none_text":"Aggiungerne una all’integrazione EVSE OCPP; questa scheda la mostra da sola.","hint.not_loaded":"EVSE OCPP non è in funzione","hint.not_loaded_text":"Home Assistant non ha caricato l’integrazione, oppure è disattivata. La scheda riprende da sola quando è in funzione.","hint.open_device":"Apri la wallbox","hint.open_integration":"Apri EVSE OCPP","hint.problem":"{field}: “{came}” non è possibile","kind.away":"Non collegata","kind.charging":"In carica","kind.fault":"Guasto","kind.free":"Disponibile","kind.ready":"Auto collegata","kind.unknown":"Sconosciuto","kind.waiting":"In attesa","limit.title":"Limite di corrente","modes.title":"Modalità di ricarica","month.after":"Mese successivo","month.all_statements":"Rendiconti di tutti","month.before":"Mese precedente","month.by_owner":"Per persona e tessera","month.by_wallbox":"Per wallbox","month.card":"Un mese per persona e tessera, con rendiconti","month.everybody":"tutti","month.month":"Mese","month.none":"In questo mese non è stato caricato niente.","month.session":"{count} sessione","month.sessions":"{count} sessioni","month.statement":"Rendiconto di {name} come {format}","month.sun":"{share} dal sole","month.written":"I rendiconti sono pronti:","owner.nobody":"Senza tessera","part.limit":"Limite di corrente","part.modes":"Modalità di ricarica","part.phases":"Fasi della casa","part.plan":"Piano","part.session":"Sessione","part.why":"Perché questa corrente","period.all":"Tutte","period.custom":"Da … a …","period.days_30":"Ultimi 30 giorni","period.last_month":"Mese scorso","period.this_month":"Questo mese","period.this_year":"Quest’anno","phases.card":"Fasi di una casa rispetto al limite","phases.cars":"Auto","phases.choose":"Quale casa?","phases.empty":"Ancora nessuna wallbox in questa casa","phases.empty_text":"Scegli le wallbox nelle impostazioni dell’impianto; una nuova appare qui dopo il primo collegamento.","phases.export":"Immissione","phases.exports":"immette {export}","phases.fuse":"Limite","phases.gone":"Questa casa non c’è più","phases.gone_text":"È stata rimossa da EVSE OCPP, oppure “site” in questa scheda indica un altro dispositivo. Scegli la casa nell’editor della scheda.","phases.house":"Casa","phases.loading":"Caricamento della casa …","phases.meter_lost":"Il contatore della casa tace. Le auto ricevono solo quanto è sicuro senza di esso. Controlla le entità del contatore in Home Assistant.","phases.no_meter":"Nulla misura la casa: si vede solo quanto prelevano le auto.","phases.no_site":"Questa wallbox non appartiene a un impianto. Aggiungi la casa: Impostazioni → Dispositivi e servizi → EVSE OCPP → Aggiungi impianto.","phases.no_surplus":"Prelievo","phases.none":"Ancora nessuna casa","phases.none_text":"Aggiungila con limite e contatore: Impostazioni → Dispositivi e servizi → EVSE OCPP → Aggiungi impianto.","phases.of_cars":"auto {cars}","phases.of_fuse":"di {fuse}","phases.over":"{over} oltre il limite","phases.price":"Prezzo attuale","phases.room":"spazio per {room}","phases.site":"Casa","phases.sum_only":"Il contatore indica solo la somma: ogni fase ne mostra una parte uguale.","phases.surplus":"Surplus","phases.title":"Casa e auto","phases.unknown":"casa non misurata","plan.about":"circa {cost}","plan.add":"Aggiungi obiettivo","plan.add_amount":"{amount} in più","plan.again":"Riprova","plan.card":"Piano di ricarica di una wallbox","plan.charges":"carica {times}","plan.edit":"Modifica {goal}","plan.every_day":"Ogni giorno","plan.failed":"Impossibile caricare il piano: {error}","plan.follow":"Segui il piano","plan.goals":"Obiettivi","plan.house_time":"Gli orari sono quelli della casa ({zone}).","plan.loading":"Caricamento del piano …","plan.no_prices":"Nessun prezzo noto: si carica in tempo, ma non nelle ore economiche. Scegli un prezzo nelle impostazioni dell’impianto.","plan.no_site":"Un piano richiede la casa come impianto con i suoi prezzi: Impostazioni → Dispositivi e servizi → EVSE OCPP → Aggiungi impianto.","plan.none":"Nessun obiettivo","plan.none_hint":"Indica quanto caricare e entro quando: si usano le ore più economiche e il sole.","plan.other_mode":"La modalità “{mode}” non segue il piano.","plan.reached":"Quanto richiesto è già stato caricato.","plan.ready_by":"Pronta entro {time}","plan.remove":"Rimuovi {goal}","plan.removed":"Rimosso: {goal}","plan.title":"Piano di ricarica","plan.undo":"Annulla","plan.unmet":"{needed} entro {time} non sono possibili: {possible}.","plan.unmet_ready":"Tutto sarà caricato alle {time}.","plan.until_amount":"fino al {amount}","plan.use":"Pianifica per {goal}","plan.waiting":"Al momento nulla è pianificato","plan.waiting_hint":"Si pianifica appena un’auto è collegata e c’è un obiettivo futuro.","plan_fold.line":"{energy} entro {time}","plan_fold.missed":"Non possibile entro {time}","plan_fold.none":"Nessuno","plan_fold.title":"Piano","problem.entity_of":"Serve l’id di un’entità di: {list}.","problem.list":"un elenco di testi","problem.list_of_roles":"Serve un elenco come “status: sensor.wallbox”.","problem.one_of":"Possibili: {list}.","problem.text":"Serve un testo.","problem.yes_no":"Possibili: true o false.","problem.yes_no_of":"Serve true o false per ciascuno di: {list}.","ring.offered":"{current} offerti","ring.one_phase":"1 fase","ring.phases":"{count} fasi","session.cost":"Costo","session.energy":"Energia","session.last":"Ultima sessione","session.none":"Ancora nessuna sessione","session.now":"Questa sessione","session.time":"Durata","session.total":"Energia totale","session.unpriced":"Per una parte dell’energia il prezzo non era noto.","sessions.card":"Sessioni di ricarica con filtri e download","sessions.csv":"Scaricare queste sessioni come tabella (CSV)","sessions.newer":"Sessioni più recenti","sessions.no_document_of_nobody":"Non esiste un documento delle sessioni senza tessera. Scegliere tutti.","sessions.no_price":"senza prezzo","sessions.none":"Nessuna sessione corrisponde. Scegliere un periodo più lungo oppure un’altra wallbox o persona.","sessions.older":"Sessioni più vecchie","sessions.page":"{first}–{last} di {count}","sessions.pages":"Pagine","sessions.pdf":"Scaricare queste sessioni come documento (PDF)","sessions.running":"in corso","source.battery":"Batteria di casa","source.grid":"Rete","source.other":"Energia","source.sun":"Sole","source.unknown":"Fonte: –","sum.cost":"Costo","sum.energy":"Energia","sum.sun":"Dal sole","why.next":"Prossimo cambiamento: {time}","why.next_in":"Prossimo cambiamento: {time}, tra {duration}","why.title":"Perché questa corrente","why.unknown":"–"};var Ns={de:cn,en:Ze,es:dn,fr:un,it:pn};function T(s){let t=Ns[s.split("-",1)[0]??""]??Ze;return(e,n={})=>(t[e]??Ze[e]??e).replace(/\{(\w+)\}/g,(o,i)=>i in n?String(n[i]):o)}function Ds(s,t){let e=a=>({select:{mode:"dropdown",options:a}}),n=Ge.map(a=>({value:a,label:s(`editor.layout_${a}`)})),o=I.map(a=>({name:a,selector:{boolean:{}}})),i=Object.keys(ne).map(a=>({name:a,selector:{entity:{filter:{domain:[...ne[a]]}}}})),r={type:"expandable"};return[{name:"device",selector:e(t)},{name:"name",selector:{text:{}}},{name:"layout",selector:e(n)},{...r,name:"show",title:s("editor.show"),icon:"mdi:eye-outline",schema:o},{...r,name:"entities",title:s("editor.entities"),icon:"mdi:ev-station",schema:i}]}function Ms(s){let t=Object.fromEntries(I.map(n=>[n,!0])),e=s.show;return{layout:"full",...s,show:{...t,...typeof e=="object"&&e!==null?e:{}}}}function js(s){let t={...s},e=(n,o)=>Object.fromEntries(Object.entries(n??{}).filter(([,i])=>o(i)));t.show=e(s.show,n=>n!==!0),t.entities=e(s.entities,n=>n!==void 0&&n!=="");for(let n of["show","entities"])Object.keys(t[n]).length===0&&delete t[n];for(let n of["device","name"])t[n]||delete t[n];return t.layout==="full"&&delete t.layout,t}var re=class extends ${constructor(){super(...arguments);this.written={};this.changed=e=>{e.stopPropagation();let n=js(e.detail.value);ie(this,"config-changed",{config:n})}}setConfig(e){this.written=e}shouldUpdate(e){let n=e.get("hass");return e.size>1||!e.has("hass")||n?.devices!==this.hass?.devices||n?.language!==this.hass?.language}render(){let{hass:e}=this;if(e===void 0)return u;let n=T(e.language),o=L(e).map(i=>({value:i,label:U(e,i)||i}));return c`<ha-form
      .hass=${e}
      .data=${Ms(this.written)}
      .schema=${Ds(n,o)}
      .computeLabel=${i=>n(Ws(i.name))}
      .computeHelper=${i=>i.name==="device"?n("editor.device_help"):void 0}
      @value-changed=${this.changed}
    ></ha-form>`}};g([_({attribute:!1})],re.prototype,"hass",2),g([b()],re.prototype,"written",2);function Ws(s){return`${I.includes(s)?"part":"editor"}.${s}`}var Is=1e4;async function mn(){if(customElements.get("ha-form")===void 0){await(await window.loadCardHelpers?.())?.createCardElement({type:"button"}).constructor?.getConfigElement?.();let n=new Promise(o=>setTimeout(o,Is));await Promise.race([customElements.whenDefined("ha-form"),n])}if(customElements.get("ha-form")!==void 0)return document.createElement("evse-ocpp-card-editor")}var hn=new WeakMap;function gn(s,t,e){let n=hn.get(s.connection)??new Map;hn.set(s.connection,n);let o=`${t} ${s.language}`,i=n.get(o);i===void 0?(i=Fs(s,t),n.set(o,i)):i.error!==null&&i.end===null&&zt(s,t,i);let r=i;return r.listeners.add(e),(r.last!==null||r.error!==null)&&e(r.last,r.error),()=>{r.listeners.delete(e),!(r.listeners.size>0||n.get(o)!==r)&&(n.delete(o),r.close())}}function Fs(s,t){let e={listeners:new Set,last:null,error:null,end:null,close:o},n=()=>zt(s,t,e);s.connection.addEventListener?.("ready",n);function o(){s.connection.removeEventListener?.("ready",n),e.end?.then(i=>i()).catch(()=>{})}return zt(s,t,e),e}function zt(s,t,e){let n=()=>e.listeners.forEach(i=>i(e.last,e.error)),o=s.connection.subscribeMessage(i=>{e.end===o&&(e.last=i,e.error=null,n())},{type:"evse_ocpp/subscribe",device_id:t,language:s.language},{resubscribe:!1});e.end=o,o.catch(i=>{e.end===o&&(e.error=typeof i?.code=="string"?i.code:"failed",e.end=null,n())})}var Us=5e3,Qe=class{constructor(t){this.host=t;this.snapshot=null;this.error=null;this.connected=!1;t.addController(this)}of(t,e){let n=e===this.device&&t.connection===this.hass?.connection&&t.language===this.hass.language;this.hass=t,!n&&(e!==this.device&&(this.snapshot=null,this.error=null),this.device=e,this.restart())}hostConnected(){this.connected=!0,this.restart()}hostDisconnected(){this.connected=!1,this.stop()}restart(){this.stop(),!(!this.connected||this.hass===void 0||this.device===void 0)&&(this.end=gn(this.hass,this.device,(t,e)=>{let n=t!==this.snapshot||e!==this.error;this.snapshot=e===null?t:t??this.snapshot,this.error=e,e!==null&&(this.again??=setTimeout(()=>this.restart(),Us)),n&&this.host.requestUpdate()}))}stop(){clearTimeout(this.again),this.again=void 0,this.end?.(),this.end=void 0}};var qs={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"};function ae(s){return typeof s=="number"&&Number.isFinite(s)}function Je(s,t,e){let n=s.number_format==="none",o=s.number_format==="system"?void 0:n?"en":qs[s.number_format]??s.language,i={...e};return n&&(i.useGrouping=!1),Math.abs(t)>=1e5&&Object.assign(i,{notation:"compact",minimumFractionDigits:0,maximumFractionDigits:1}),new Intl.NumberFormat(o,i).format(t)}function N(s,t,e=1,n=!1){return ae(t)?Je(s,t,{minimumFractionDigits:n?e:0,maximumFractionDigits:e}):"–"}function Ye(s,t){return ae(t)?Math.abs(t)<999.5?[N(s,t,0),"W"]:[N(s,t/1e3,Math.abs(t)<99950?1:0,!0),"kW"]:["–","kW"]}function v(s,t){if(!ae(t))return["–","kWh"];let e=t/1e3,n=Math.abs(e)<9.995?2:Math.abs(e)<999.95?1:0;return[N(s,e,n,!0),"kWh"]}function He(s,t){return`${N(s,t,1)} A`}function C(s,t,e){return ae(t)?e&&/^[A-Z]{3}$/.test(e)?Je(s,t,{style:"currency",currency:e}):`${N(s,t,2,!0)} ${e??""}`.trim():"–"}function le(s,t){return ae(t)?Je(s,t,{style:"percent"}):"–"}function ce(s,t){if(!ae(t)||t<0)return"–";let e=Math.floor(t/60),[n,o]=[Math.floor(e/1440),Math.floor(e/60)],i=(r,a)=>Je(s,r,{style:"unit",unit:a,unitDisplay:"short"});return n>=2?`${i(n,"day")} ${i(o%24,"hour")}`:o>0?`${i(o,"hour")} ${i(e%60,"minute")}`:i(e,"minute")}function x(s){if(!s)return null;let t=new Date(s);return Number.isNaN(t.getTime())?null:t}function Vs({locale:s,config:t}){let e={hour:"2-digit",minute:"2-digit"};return s.time_format==="12"&&(e.hour12=!0),s.time_format==="24"&&(e.hourCycle="h23"),s.time_zone==="server"&&(e.timeZone=t.time_zone),e}function Bs(s){return s.time_format==="system"?void 0:s.language}function k(s,t,e){if(t===null)return"–";let n=Vs(s),o=i=>new Intl.DateTimeFormat("en-CA",{timeZone:n.timeZone}).format(i);return o(t)!==o(e)&&(Math.abs(t.getTime()-e.getTime())<5184e5?n.weekday="short":Object.assign(n,{day:"numeric",month:"short"})),new Intl.DateTimeFormat(Bs(s.locale),n).format(t)}var fn="/config/integrations/integration/evse_ocpp";function Oe(s){return c`<div class="hint ${s.level}" role=${s.level==="info"?"note":"alert"}>
    <ha-icon .icon=${s.icon}></ha-icon>
    <div>
      <strong>${s.title}</strong>
      ${s.text?c`<p>${s.text}</p>`:u}
      ${s.checks?c`<ul>${s.checks.map(t=>c`<li>${t}</li>`)}</ul>`:u}
      ${s.buttons||s.link?c`<div class="ways">
            ${s.buttons?.map(t=>c`<button type="button" @click=${t.press}><bdi>${t.text}</bdi></button>`)}
            ${s.link?c`<a href=${s.link.path}>${s.link.text}</a>`:u}
          </div>`:u}
    </div>
  </div>`}function bn(s,t){return{level:"warning",icon:"mdi:pencil-off-outline",title:t("hint.problem",{field:s.field,came:s.came}),text:t(s.allowed,s.values)}}function yn(s,t,e){let n={path:fn,text:t("hint.open_integration")};return s.why==="choose"?{level:"info",icon:"mdi:ev-station",title:t("hint.choose"),text:t("hint.choose_text"),buttons:s.devices.map(({id:o,name:i})=>({text:i||o,press:()=>e(o)}))}:s.why==="gone"?{level:"warning",icon:"mdi:ev-plug-type2",title:t("hint.gone"),text:t("hint.gone_text",{device:s.device}),link:n}:{level:"info",icon:"mdi:ev-station",title:t("hint.none"),text:t("hint.none_text"),link:n}}function vn(s,t,e,n,o,i){let r=[];if(!n)r.push({level:"warning",icon:"mdi:puzzle-remove-outline",title:o("hint.not_loaded"),text:o("hint.not_loaded_text"),link:{path:fn,text:o("hint.open_integration")}});else if(t.away){let a=x(t.away.since);r.push({level:"warning",icon:"mdi:lan-disconnect",title:a?o("hint.away_since",{time:k(s,a,i)}):o("hint.away"),checks:[o("hint.away_power"),o("hint.away_network"),o("hint.away_address")],link:e?{path:`/config/devices/device/${e}`,text:o("hint.open_device")}:void 0})}t.fault!==null&&r.push({level:"error",icon:"mdi:alert",title:o("hint.fault",{fault:t.fault}),text:o("hint.fault_text")});for(let{role:a,entity:l}of t.missing)r.push({level:"warning",icon:"mdi:help-circle-outline",title:o("hint.missing",{field:`entities: ${a}`,entity:l}),text:o("hint.missing_text")});return r}var Ks={charging:["charging","c","d","on","charging_normal","charging_active","started"],ready:["preparing","connected","b","ready_to_charge","plugged_in","plugged"],waiting:["suspended_ev","suspended_evse","suspendedev","suspendedevse","awaiting_start","awaiting_authorization","waiting","waiting_for_car","waiting_for_vehicle","paused","scheduled","complete","completed","charge_complete","reserved","finishing","out_of_service","locked","queued"],free:["available","disconnected","a","idle","off","unplugged","not_connected","ready","standby"],fault:["faulted","fault","error","e","f","faulty"]},Gs=new Map(Object.entries(Ks).flatMap(([s,t])=>t.map(e=>[e,s]))),Zs=200;function wn(s,t){let e=S(s)?s.state.trim().toLowerCase().replace(/[\s-]+/g,"_"):"",n=Gs.get(e);return n!==void 0?n:t===null?"unknown":t>Zs?"charging":e===""?"free":"unknown"}var Qs={charging:"mdi:lightning-bolt",ready:"mdi:ev-plug-type2",waiting:"mdi:pause",free:"mdi:ev-station",fault:"mdi:alert",away:"mdi:lan-disconnect",unknown:"mdi:ev-station"};function Xe(s){return Qs[s]}var Js=["boost","charging","charging_window","connected","current_limit","free_charging","mode"];function _n(s,t,e){if(t.device===void 0&&t.entities!==void 0)return{of:"entities",ids:t.entities};let n=L(s),o=t.device??e??(n.length===1?n[0]:void 0);return o===void 0?n.length===0?{of:"nothing",why:"none"}:{of:"nothing",why:"choose",devices:n.map(r=>({id:r,name:U(s,r)}))}:s.devices[o]===void 0?{of:"nothing",why:"gone",device:o}:{of:"device",device:o,ids:{...Ys(s,o),...Ce(s,o)}}}function Ys(s,t){let e=s.devices[t]?.via_device_id;if(!e)return{};let n=Ce(s,e);return Object.fromEntries(Js.map(o=>[o,n[o]]))}var Xs=.5,eo=230,to=[3700,7400,11e3,22e3,5e4,15e4,35e4];function xn(s,t,e,n){let{ids:o}=e,i=j=>Ht(s,o[j]),r=e.of==="device"?e.device:void 0,a=i("status"),l=so(i("connected"),n),d=l?null:n?.power_w??vo(i("power")),p=oo(i,n),m=lo(i("current_limit")),h=n?.maximum_a??m?.max_a??null,f=l?null:io(p),y=l?"away":wn(a,d),E=n?.fault??null;return{name:no(s,t,r,n,o),kind:E!==null&&y!=="away"?"fault":y,status:S(a)&&!l?s.formatEntityState(a):"",main:o.status??o.power??o.charging,power_w:d,current_a:f,phases:ro(p),maximum_a:h,offered_a:n?.offered_a??null,share:ao(d,f,h),limit:m,modes:co(s,i("mode")),charging:uo(i("charging")),startable:r!==void 0&&!l&&a?.state==="preparing",session:n?n.session:ho(i,y),total_wh:Re(i("energy")),why:n?.why??mo(i("why")),boost:po(o.boost,n,i("boost_until")),plan:n?.plan??null,site:n?.site??null,has_site:n?n.site!==null:o.boost!==void 0,away:l,fault:E,missing:go(s,e)}}function $n(s,t){return Object.values(t).map(e=>Ht(s,e))}function Ht(s,t){return t===void 0?void 0:s.states[t]}function no(s,t,e,n,o){if(t.name!==void 0)return t.name;if(e!==void 0)return U(s,e)||n?.name||"";let i=Ht(s,o.status??o.power??Object.values(o)[0]),r=i&&s.entities[i.entity_id]?.device_id,a=i?.attributes.friendly_name;return r&&U(s,r)||(typeof a=="string"?a:"")}function so(s,t){return s?.state==="off"?{since:s.last_changed}:s?.state==="on"?null:t!==null&&!t.connected?{since:null}:null}function oo(s,t){return t?.currents_a.some(n=>n!==null)?t.currents_a:["current_l1","current_l2","current_l3","current"].map(n=>ze(s(n)))}function io(s){let t=s.filter(e=>e!==null);return t.length>0?Math.max(...t):null}function ro(s){let t=s.filter(e=>e!==null);return t.length>1?t.filter(e=>e>Xs).length:null}function ao(s,t,e){let n=i=>Math.min(1,Math.max(0,i));if(t!==null&&e!==null&&e>0)return n(t/e);if(s===null||s<=0)return 0;if(e!==null&&e>0){let i=e*eo;return n(s/(s>i*1.1?3*i:i))}let o=to.find(i=>i>=s)??s;return n(s/o)}function lo(s){if(s===void 0||s.state==="unavailable")return null;let t=(r,a)=>{let l=Number(s.attributes[r]??Number.NaN);return Number.isFinite(l)?l:a},e=t("min",6),n=t("max",32);if(n<=e)return null;let o=t("step",1),i=o>0?o:1;return{entity:s.entity_id,value_a:ze(s),min_a:e,max_a:n,step_a:i}}function co(s,t){let e=t?.attributes.options;if(t===void 0||t.state==="unavailable"||!Array.isArray(e))return null;let n=e.filter(o=>typeof o=="string");return{entity:t.entity_id,chosen:n.includes(t.state)?t.state:null,options:n.map(o=>({value:o,label:s.formatEntityState(t,o)}))}}function uo(s){return S(s)?{entity:s.entity_id,on:s.state==="on"}:null}function po(s,t,e){if(s===void 0)return null;let n=t?.boost_until??(S(e)?e.state:null);return{entity:s,until:n}}function mo(s){if(!S(s))return null;let t=s.attributes.key;return{key:typeof t=="string"?t:"",sentence:s.state,then:null,next_change:null}}function ho(s,t){let e=Re(s("session_energy"));if(e===null)return null;let n=s("session_start"),o=s("session_cost"),i=wo(s("session_duration")),r=i===null?"":new Date(Date.now()-i*1e3).toISOString(),a=o?.attributes.unit_of_measurement;return{running:t==="charging"||t==="waiting",started_at:S(n)?n.state:r,ended_at:null,energy_wh:e,cost:ze(o),currency:typeof a=="string"?a:null,unpriced_wh:0,sun_wh:Re(s("session_sun_energy")),battery_wh:Re(s("session_battery_energy")),grid_wh:Re(s("session_grid_energy")),co2_g:null,card:S(s("session_card"))?s("session_card")?.state??null:null,person:null}}function go(s,t){return t.of!=="entities"?[]:Object.entries(t.ids).filter(([,e])=>s.states[e]===void 0).map(([e,n])=>({role:e,entity:n}))}var fo={mW:.001,W:1,kW:1e3,MW:1e6},bo={Wh:1,kWh:1e3,MWh:1e6},yo={s:1,min:60,h:3600,d:86400};function Ot(s,t,e){let n=ze(s);return n===null?null:n*(t[String(s?.attributes.unit_of_measurement)]??e)}var vo=s=>Ot(s,fo,1),Re=s=>Ot(s,bo,1e3),wo=s=>Ot(s,yo,60);var _o={off:"mdi:power",fast:"mdi:flash",window:"mdi:clock-outline",solar:"mdi:white-balance-sunny",minimum_solar:"mdi:weather-partly-cloudy",cheap:"mdi:cash-clock",plan:"mdi:calendar-clock",eco:"mdi:leaf",pv:"mdi:white-balance-sunny",minpv:"mdi:weather-partly-cloudy",now:"mdi:flash"};function kn(s,t,e=!1){let n=t.busy??s.chosen,o=n??s.options[0]?.value;return c`<div
    class="modes ${e?"icons":""}"
    style="--columns:${xo(s.options.length)}"
    role="radiogroup"
    aria-label=${t.label}
    aria-busy=${t.busy!==null}
    @keydown=${ko}
  >
    ${s.options.map(({value:i,label:r})=>c`<button
        type="button"
        role="radio"
        class=${i===t.busy?"busy":""}
        data-mode=${i}
        aria-checked=${i===n}
        aria-label=${e?r:u}
        title=${e?r:u}
        tabindex=${i===o?0:-1}
        @click=${()=>i!==n&&t.choose(i)}
      >
        <ha-icon .icon=${_o[i]??"mdi:ev-station"}></ha-icon>
        ${e?u:c`<span>${r}</span>`}
      </button>`)}
  </div>`}function xo(s){return s<=4?Math.max(1,s):s%4===0||s%4===3?4:3}function $o(s,t){return s==="ArrowDown"?1:s==="ArrowUp"?-1:s==="ArrowRight"?t?-1:1:s==="ArrowLeft"?t?1:-1:0}function ko(s){let t=s.currentTarget,e=$o(s.key,getComputedStyle(t).direction==="rtl");if(e===0)return;s.preventDefault();let n=[...t.querySelectorAll("[role=radio]")],o=n.indexOf(s.target);n[(o+e+n.length)%n.length]?.focus()}var et=200,Le=86,Pn=45,So=360-2*Pn;function tt(s,t=Le){let e=(90+Pn+s*So)*Math.PI/180,n=o=>Math.round(o*100)/100;return[n(et/2+t*Math.cos(e)),n(et/2+t*Math.sin(e))]}var[Eo,Po]=[tt(0),tt(1)],Sn=`M${Eo.join(" ")} A${Le} ${Le} 0 1 1 ${Po.join(" ")}`;function Ao(s){if(s.maximum_a===null||s.maximum_a<=0)return null;let t=s.limit?.value_a??null;return t===null||t>=s.maximum_a?null:Math.max(0,t/s.maximum_a)}function Rt(s){let t=Ao(s),[e,n]=t===null?[]:[tt(t,Le-11),tt(t,Le+11)],o=Math.round(s.share*1e3)/10;return c`<svg class="arc" viewBox="0 0 ${et} ${et}" aria-hidden="true">
    <path class="track" d=${Sn} />
    ${o>0?Et`<path class="value" d=${Sn} pathLength="100" stroke-dasharray="${o} 200" />`:u}
    ${e&&n?Et`<line class="mark-gap" x1=${e[0]} y1=${e[1]} x2=${n[0]} y2=${n[1]} />
          <line class="mark" x1=${e[0]} y1=${e[1]} x2=${n[0]} y2=${n[1]} />`:u}
  </svg>`}function An(s,t,e,n){let[o,i]=Ye(s.locale,t.power_w),r=t.kind==="charging"||(t.power_w??0)>0,a=t.status||e(`kind.${t.kind}`),l=[a,r?`${o} ${i}`:"",En(s,t,e)];return c`<button
    class="ring ${t.kind}"
    type="button"
    aria-label=${l.filter(Boolean).join(", ")}
    ?disabled=${t.main===void 0}
    @click=${n}
  >
    ${Rt(t)}
    <span class="inner">
      <ha-icon class="state" .icon=${Xe(t.kind)}></ha-icon>
      ${r?c`<span class="big">${o}<small>${i}</small></span>
            <span class="detail">${a}</span>`:c`<span class="word">${a}</span>`}
      <span class="detail">${En(s,t,e)}</span>
    </span>
    ${t.maximum_a===null?u:c`<span class="ends" aria-hidden="true"
          ><span>0</span><span>${N(s.locale,t.maximum_a,0)} A</span></span
        >`}
  </button>`}function En(s,t,e){if(t.kind==="away")return"";if(t.current_a!==null&&t.current_a>0){let n=t.phases===null||t.phases===0?"":t.phases===1?e("ring.one_phase"):e("ring.phases",{count:t.phases});return[He(s.locale,t.current_a),n].filter(Boolean).join(" · ")}return t.offered_a!==null&&t.kind!=="free"?e("ring.offered",{current:He(s.locale,t.offered_a)}):t.power_w===null&&t.kind==="charging"?"–":""}function To(s,t){let[e,n]=[x(s.started_at),x(s.ended_at)??t];return e===null?null:Math.max(0,(n.getTime()-e.getTime())/1e3)}var Co=.005;function zo(s){let t={sun:s.sun_wh,battery:s.battery_wh,grid:s.grid_wh};if(s.sun_wh===null)return[];let e=Object.entries(t).filter(([,o])=>o!==null&&o>0),n=e.reduce((o,[,i])=>o+i,0);return e.map(([o,i])=>({key:o,wh:i,share:i/n})).filter(o=>o.share>=Co)}var Ho={sun:"mdi:white-balance-sunny",battery:"mdi:home-battery",grid:"mdi:transmission-tower"};function Tn(s,t,e,n){let o=t.session,[i,r]=v(s.locale,o?.energy_wh),a=o===null?"session.none":o.running?"session.now":"session.last",l=o!==null&&o.cost!==null&&o.unpriced_wh>0;return c`<section class="session" aria-label=${e(a)}>
    <header><span>${e(a)}</span><span>${o===null?u:Oo(s,o,n)}</span></header>
    <dl>
      ${nt(e("session.energy"),i,r)}
      ${nt(e("session.time"),o===null?"–":ce(s.locale,To(o,n)))}
      ${nt(e("session.cost"),C(s.locale,o?.cost,o?.currency),"",l?e("session.unpriced"):"")}
    </dl>
    ${t.has_site?Ro(s,o,e):u}
  </section>`}function Oo(s,t,e){let n=t.running?null:t.person??t.card,o=x(t.started_at),i=o===null?"":k(s,o,e);return c`<bdi>${n??""}</bdi>${n&&i?" · ":""}${i}`}function Cn(s,t,e){if(t.total_wh===null)return u;let[n,o]=v(s.locale,t.total_wh);return c`<dl class="session">${nt(e("session.total"),n,o)}</dl>`}function nt(s,t,e="",n=""){return c`<div title=${n||u}>
    <dd>${t}${e?c` <small>${e}</small>`:u}${n?"*":u}</dd>
    <dt>${s}</dt>
  </div>`}function Ro(s,t,e){let n=t===null?[]:zo(t),o=n.map(i=>`${e(`source.${i.key}`)} ${le(s.locale,i.share)}`);return c`<div class="sources">
    <div class="bar" aria-hidden="true">
      ${n.map(i=>c`<i class=${i.key} style="flex-grow:${i.share}"></i>`)}
    </div>
    <ul>
      ${n.length===0?c`<li>${e("source.unknown")}</li>`:n.map((i,r)=>c`<li class=${i.key}>
                <ha-icon .icon=${Ho[i.key]}></ha-icon>${o[r]}
              </li>`)}
    </ul>
  </div>`}var zn=w`
  :host {
    --of-state: var(--secondary-text-color);
    --tint: color-mix(in srgb, var(--primary-text-color) 5%, transparent);
    --sun: var(--energy-solar-color, #ff9800);
    --battery: var(--energy-battery-out-color, #4db6ac);
    --grid: var(--energy-grid-consumption-color, #488fc2);
    display: block;
  }
  ha-card {
    container-type: inline-size;
    overflow: hidden;
    color: var(--primary-text-color);
  }
  .charging {
    --of-state: var(--success-color, #43a047);
  }
  .ready {
    --of-state: var(--primary-color);
  }
  .waiting {
    --of-state: var(--warning-color, #ffa600);
  }
  .fault {
    --of-state: var(--error-color, #db4437);
  }
  h2,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }
  h2 {
    overflow: hidden;
    font-size: 1.125rem;
    font-weight: 500;
    line-height: 1.3;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  button {
    font: inherit;
    color: inherit;
    border: 0;
    background: none;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  button:focus-visible,
  a:focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  button[aria-busy="true"] {
    cursor: progress;
  }

  .full {
    display: flex;
    flex-direction: column;
    gap: 16px;
    padding: 16px;
  }
  .columns,
  .column {
    display: grid;
    gap: 16px;
    align-content: start;
    min-inline-size: 0;
  }
  .hints:empty {
    display: none;
  }
  .hints,
  .bare {
    display: grid;
    gap: 8px;
  }
  .bare {
    padding: 16px;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    min-block-size: 32px;
  }
  .who {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 6px;
    max-inline-size: 55%;
    padding-block: 4px;
    padding-inline: 8px 12px;
    border-radius: 16px;
    background: var(--tint);
    font-size: 0.875rem;
    line-height: 24px;
    box-sizing: border-box;
    --mdc-icon-size: 18px;
  }

  .ring {
    position: relative;
    display: grid;
    inline-size: min(100%, 248px);
    aspect-ratio: 1;
    margin: -8px auto -22px;
    padding: 0;
    place-items: center;
    border-radius: 50%;
  }
  .ring:disabled {
    cursor: default;
  }
  .arc {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    fill: none;
    stroke-linecap: round;
  }
  .track,
  .value {
    stroke-width: 14;
  }
  .track {
    stroke: color-mix(in srgb, var(--primary-text-color) 10%, transparent);
  }
  .value {
    stroke: var(--of-state);
    transition: stroke-dasharray 0.6s ease;
  }
  .mark {
    stroke: var(--primary-text-color);
    stroke-width: 4;
  }
  .mark-gap {
    stroke: var(--ha-card-background, var(--card-background-color, #fff));
    stroke-width: 10;
    stroke-linecap: butt;
  }
  .inner {
    position: relative;
    display: grid;
    max-inline-size: 66%;
    justify-items: center;
    gap: 2px;
    text-align: center;
  }
  .state {
    --mdc-icon-size: 28px;
    color: var(--of-state);
  }
  .charging .state {
    animation: breathe 2.4s ease-in-out infinite;
  }
  .big {
    font-size: 2.5rem;
    font-weight: 400;
    line-height: 1.15;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .big small {
    margin-inline-start: 4px;
    color: var(--secondary-text-color);
    font-size: 1rem;
  }
  .word {
    font-size: 1.25rem;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .detail {
    min-block-size: 1.4em;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    line-height: 1.4;
  }
  .ends {
    position: absolute;
    inset-inline: 19%;
    inset-block-end: 3%;
    display: flex;
    justify-content: space-between;
    color: var(--secondary-text-color);
    font-size: 0.75rem;
    direction: ltr;
  }

  .session header {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    min-block-size: 24px;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    line-height: 24px;
  }
  .who bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  dl {
    display: grid;
    grid-auto-columns: minmax(0, 1fr);
    grid-auto-flow: column;
    margin-block-start: 4px;
    border-radius: 12px;
    background: var(--tint);
  }
  dl div {
    display: grid;
    min-inline-size: 0;
    padding: 10px 8px;
    justify-items: center;
  }
  dl div + div {
    border-inline-start: 1px solid var(--ha-card-background, var(--card-background-color, #fff));
  }
  dd {
    max-inline-size: 100%;
    overflow: hidden;
    font-size: 1.0625rem;
    font-weight: 500;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  dd small {
    color: var(--secondary-text-color);
    font-size: 0.75rem;
    font-weight: 400;
  }
  dt {
    order: 2;
    color: var(--secondary-text-color);
    font-size: 0.75rem;
  }
  .sources {
    margin-block-start: 12px;
  }
  .bar {
    display: flex;
    gap: 2px;
    block-size: 8px;
    overflow: hidden;
    border-radius: 4px;
    background: color-mix(in srgb, var(--primary-text-color) 10%, transparent);
  }
  .bar i {
    flex: 0 1 0;
    min-inline-size: 3px;
  }
  i.sun {
    background: var(--sun);
  }
  i.battery {
    background: var(--battery);
  }
  i.grid {
    background: var(--grid);
  }
  .sources ul {
    display: flex;
    flex-wrap: wrap;
    gap: 0 16px;
    min-block-size: 24px;
    margin-block-start: 6px;
    color: var(--secondary-text-color);
    font-size: 0.8125rem;
    line-height: 24px;
    list-style: none;
    font-variant-numeric: tabular-nums;
  }
  .sources li {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    --mdc-icon-size: 16px;
  }
  .sources li.sun ha-icon {
    color: var(--sun);
  }
  .sources li.battery ha-icon {
    color: var(--battery);
  }
  .sources li.grid ha-icon {
    color: var(--grid);
  }

  .why {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 4.2em;
    padding: 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--of-state) 10%, transparent);
    line-height: 1.4;
    box-sizing: border-box;
  }
  .why ha-icon {
    flex: none;
    color: var(--of-state);
  }
  .why .then {
    margin-block-start: 2px;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
  }

  .modes {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    padding: 4px;
    border-radius: 14px;
    background: var(--tint);
  }
  .modes button {
    display: grid;
    flex: 1 1 calc(100% / var(--columns) - 4px);
    box-sizing: border-box;
    min-block-size: 60px;
    padding: 6px 4px;
    place-content: center;
    justify-items: center;
    gap: 2px;
    border-radius: 10px;
    color: var(--secondary-text-color);
    font-size: 0.8125rem;
    line-height: 1.25;
    overflow-wrap: anywhere;
    transition: background-color 0.18s ease;
  }
  .modes button:hover {
    background: var(--tint);
  }
  .modes button[aria-checked="true"] {
    background: color-mix(
      in srgb,
      var(--primary-color) 16%,
      var(--ha-card-background, var(--card-background-color, #fff))
    );
    box-shadow: 0 1px 3px rgb(0 0 0 / 16%);
    color: var(--primary-text-color);
    font-weight: 500;
  }
  .modes button[aria-checked="true"] ha-icon {
    color: var(--primary-color);
  }
  .modes .busy ha-icon {
    animation: breathe 1s ease-in-out infinite;
  }
  .modes.icons {
    gap: 0;
    padding: 2px;
  }
  .modes.icons button {
    flex: 1 1 44px;
    min-block-size: 44px;
    padding: 0;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .action,
  .ways button,
  .ways a {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-block-size: 44px;
    min-inline-size: 44px;
    padding: 0 16px;
    border-radius: 22px;
    background: color-mix(in srgb, var(--primary-color) 14%, transparent);
    color: var(--primary-text-color);
    font-size: 0.875rem;
    font-weight: 500;
    text-decoration: none;
    box-sizing: border-box;
  }
  .actions .action {
    flex: 1;
  }
  .action ha-icon {
    --mdc-icon-size: 20px;
    color: var(--primary-color);
  }
  .action.on {
    background: color-mix(in srgb, var(--warning-color, #ffa600) 24%, transparent);
  }
  .action.on ha-icon {
    color: inherit;
  }
  .action[aria-busy="true"] ha-icon {
    animation: breathe 1s ease-in-out infinite;
  }

  .hint {
    --level: var(--info-color, #039be5);
    display: flex;
    gap: 12px;
    padding: 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--level) 12%, transparent);
    line-height: 1.4;
    overflow-wrap: anywhere;
  }
  .hint.warning {
    --level: var(--warning-color, #ffa600);
  }
  .hint.error {
    --level: var(--error-color, #db4437);
  }
  .hint > ha-icon {
    flex: none;
    color: var(--level);
  }
  .hint > div {
    min-inline-size: 0;
  }
  .hint strong {
    font-weight: 500;
  }
  .hint p,
  .hint ul {
    margin-block-start: 4px;
    font-size: 0.875rem;
  }
  .hint ul {
    padding-inline-start: 18px;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-block-start: 8px;
  }

  .phases {
    min-block-size: 120px;
    padding-block-start: 16px;
    border-block-start: 1px solid var(--divider-color);
  }
  .plan {
    margin-block-end: -8px;
    border-block-start: 1px solid var(--divider-color);
  }
  .fold {
    display: flex;
    align-items: center;
    gap: 12px;
    inline-size: 100%;
    min-block-size: 52px;
    margin-block-start: 4px;
    padding: 0;
    border-radius: 8px;
    text-align: start;
  }
  .fold ha-icon {
    flex: none;
    color: var(--secondary-text-color);
  }
  .fold .title {
    font-weight: 500;
  }
  .fold .summary {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    text-align: end;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .fold .missed {
    color: var(--error-color);
  }
  .chevron {
    transition: rotate 0.2s ease;
  }
  .fold[aria-expanded="true"] .chevron {
    rotate: 180deg;
  }
  #plan:not([hidden]) {
    padding-block: 4px 12px;
  }

  .compact {
    display: grid;
    gap: 10px;
    padding: 10px 12px;
  }
  .line {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 52px;
  }
  .ring.small {
    flex: none;
    inline-size: 52px;
    margin: 0;
  }
  .small .track,
  .small .value {
    stroke-width: 20;
  }
  .small .mark-gap {
    display: none;
  }
  .small .mark {
    stroke-width: 8;
  }
  .small .state {
    --mdc-icon-size: 22px;
  }
  .names {
    flex: 1;
    min-inline-size: 0;
  }
  .names h2 {
    font-size: 1rem;
  }
  .names p {
    overflow: hidden;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
    line-height: 1.4;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .line .action {
    padding: 0;
  }

  @container (min-width: 620px) {
    .full .columns {
      grid-template-columns: minmax(260px, 5fr) minmax(300px, 7fr);
      gap: 24px;
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    .modes button[aria-checked="true"] {
      outline: 2px solid Highlight;
    }
    .value,
    .bar i {
      forced-color-adjust: none;
    }
  }
`;function Hn(s){let[t]=L(s);return t===void 0?{}:{device:t}}function On(s,t){let e=s.entities[t];return e?.platform!==oe||!e.device_id||!L(s).includes(e.device_id)?null:{config:{type:"custom:evse-ocpp-card",device:e.device_id}}}var Lo=6*3600;function Rn(s,t,e,n){let o=t.why;return c`<section class="why" aria-label=${e("why.title")}>
    <ha-icon icon="mdi:information-outline"></ha-icon>
    <div>
      <p role="status"><bdi>${o?.sentence||e("why.unknown")}</bdi></p>
      ${o===null?u:No(s,o.then,x(o.next_change),e,n)}
    </div>
  </section>`}function No(s,t,e,n,o){if(t!==null)return c`<p class="then"><bdi>${t}</bdi></p>`;if(e===null||e<=o)return u;let i=(e.getTime()-o.getTime())/1e3,r=k(s,e,o),a=i<Lo;return c`<p class="then">
    ${n(a?"why.next_in":"why.next",{time:r,duration:ce(s.locale,i)})}
  </p>`}var Do=3e4,q=class extends ${constructor(){super(...arguments);this.config=At({});this.planOpen=!1;this.following=new Qe(this);this.doing=new F(this);this.seen=[];this.sendLimit=e=>{let n=this.found?.of==="nothing"?void 0:this.found?.ids.current_limit;return n===void 0?Promise.resolve(!1):this.act("limit","set_value",n,{value:e})}}static{this.styles=zn}static{this.getConfigElement=mn}static{this.getStubConfig=Hn}setConfig(e){this.config=At(e)}getCardSize(){return this.config.layout==="compact"?3:9}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}connectedCallback(){super.connectedCallback(),this.tick=setInterval(()=>this.timePasses(),Do)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.tick)}timePasses(){let{snapshot:e}=this.following;(e?.session?.running||e?.why?.next_change)&&this.requestUpdate()}shouldUpdate(e){let n=this.hass;if(n===void 0)return!1;let o=e.get("hass"),i=o!==void 0&&o.entities===n.entities&&o.devices===n.devices&&o.language===n.language&&o.locale===n.locale&&o.formatEntityState===n.formatEntityState,r=i&&!e.has("config")&&!e.has("chosen")?this.found:void 0;this.found=r??_n(n,this.config,this.chosen),this.following.of(n,this.found.of==="device"?this.found.device:void 0);let a=this.found.of==="nothing"?[]:$n(n,this.found.ids),l=a.length===this.seen.length&&a.every((d,p)=>d===this.seen[p]);return this.seen=a,!(i&&l&&e.size===1&&e.has("hass"))}render(){let{hass:e,config:n,found:o}=this;if(e===void 0||o===void 0)return u;let i=T(e.language),r=n.problems.map(y=>Oe(bn(y,i)));if(o.of==="nothing")return c`<ha-card><div class="bare">${r}${Oe(yn(o,i,E=>this.chosen=E))}</div></ha-card>`;let{snapshot:a,error:l}=this.following,d=xn(e,n,o,a),p=new Date,m=o.of==="device"?o.device:void 0,h=l!=="not_loaded"&&a?.loaded!==!1,f=c`${r}${vn(e,d,m,h,i,p).map(Oe)}${this.failure(i)}`;return c`<ha-card class=${d.kind}>
      ${n.layout==="compact"?this.compact(e,d,i,f):this.full(e,d,i,f,p)}
    </ha-card>`}full(e,n,o,i,r){let a=p=>this.config.show[p],l=this.found?.of==="device",{snapshot:d}=this.following;return c`<div class="full">
      ${this.head(n,o)}
      <div class="hints">${i}</div>
      <div class="columns">
        <div class="column">
          ${An(e,n,o,()=>this.more(n.main))}
          ${a("session")?l||n.session?Tn(e,n,o,r):Cn(e,n,o):u}
        </div>
        <div class="column">
          ${a("why")&&(l||n.why)?Rn(e,n,o,r):u}
          ${a("modes")?this.modes(n,o):u}
          ${a("limit")?this.limit(e,n,o):u}
          ${this.actions(e,n,o,r)}
        </div>
      </div>
      ${a("phases")&&n.has_site?c`<section class="phases">
            <evse-ocpp-phases .hass=${e} .snapshot=${d} .texts=${o}></evse-ocpp-phases>
          </section>`:u}
      ${a("plan")&&n.has_site?this.plan(e,n,o,r):u}
    </div>`}compact(e,n,o,i){let r=h=>this.config.show[h],[a,l]=Ye(e.locale,n.power_w),[d,p]=v(e.locale,n.session?.energy_wh),m=[n.status||o(`kind.${n.kind}`),n.kind==="charging"?`${a} ${l}`:"",n.session?.running?`${d} ${p}`:""];return c`<div class="compact">
      <div class="line">
        <button class="ring small ${n.kind}" type="button" aria-label=${o("card.more")} @click=${()=>this.more(n.main)}>
          ${Rt(n)}<span class="inner"><ha-icon class="state" .icon=${Xe(n.kind)}></ha-icon></span>
        </button>
        <div class="names">
          <h2><bdi>${n.name||o("card.name")}</bdi></h2>
          <p>${m.filter(Boolean).join(" · ")}</p>
        </div>
        ${this.actions(e,n,o,new Date,!0)}
      </div>
      ${i}
      ${r("modes")?this.modes(n,o,!0):u}
      ${r("limit")?this.limit(e,n,o,!0):u}
    </div>`}head(e,n){let o=e.session?.running?e.session.person??e.session.card:null;return c`<header class="head">
      <h2><bdi>${e.name||n("card.name")}</bdi></h2>
      ${o?c`<span class="who"><ha-icon icon="mdi:account"></ha-icon><bdi>${o}</bdi></span>`:u}
    </header>`}modes(e,n,o=!1){let i=e.modes;if(i===null)return u;let r=this.doing.busy?.startsWith("mode ")?this.doing.busy.slice(5):null,a=l=>{this.act(`mode ${l}`,"select_option",i.entity,{option:l})};return kn(i,{label:n("modes.title"),busy:r,choose:a},o)}limit(e,n,o,i=!1){let r=n.limit;return r===null?u:c`<evse-ocpp-limit
      .limit=${r}
      .locale=${e.locale}
      .label=${o("limit.title")}
      .send=${this.sendLimit}
      ?compact=${i}
    ></evse-ocpp-limit>`}actions(e,n,o,i,r=!1){let a=[],l=(h,f,y,E,j=!1)=>a.push(c`<button
        type="button"
        class="action ${j?"on":""}"
        data-action=${h}
        aria-busy=${this.doing.busy===h}
        aria-label=${r?y:u}
        title=${r?y:u}
        @click=${E}
      >
        <ha-icon .icon=${f}></ha-icon>${r?u:c`<span>${y}</span>`}
      </button>`),{charging:d,boost:p}=n,m=h=>()=>{d&&this.act("charging",h?"turn_on":"turn_off",d.entity)};if(d&&(n.startable||n.modes===null)&&(n.startable||!d.on?l("charging","mdi:play",o("act.start"),m(!0)):l("charging","mdi:pause",o("act.pause"),m(!1))),p){let h=x(p.until),f=h&&h>i?o("act.boosting",{time:k(e,h,i)}):o("act.boost");l("boost","mdi:rocket-launch-outline",f,()=>{this.act("boost","press",p.entity)},h!==null&&h>i)}return a.length>0?c`<div class="actions">${a}</div>`:u}plan(e,n,o,i){let{snapshot:r}=this.following,a=this.planOpen;return c`<section class="plan">
      <button
        type="button"
        class="fold"
        aria-expanded=${a}
        aria-controls="plan"
        @click=${()=>this.planOpen=!a}
      >
        <ha-icon icon="mdi:calendar-clock"></ha-icon>
        <span class="title">${o("plan_fold.title")}</span>
        <span class="summary ${n.plan&&!n.plan.met?"missed":""}">${Mo(e,n,o,i)}</span>
        <ha-icon class="chevron" icon="mdi:chevron-down"></ha-icon>
      </button>
      <div id="plan" ?hidden=${!a}>
        ${a?c`<evse-ocpp-plan .hass=${e} .snapshot=${r} .texts=${o}></evse-ocpp-plan>`:u}
      </div>
    </section>`}failure(e){let n=this.doing.error;if(n===null)return u;let o=()=>this.doing.forget(),i=[{text:e("act.dismiss"),press:o}];return Oe({level:"error",icon:"mdi:alert-circle-outline",title:n,buttons:i})}async act(e,n,o,i={}){let r=o.split(".",1)[0]??"";return await this.doing.run(e,async()=>{await this.hass?.callService(r,n,{entity_id:o,...i},void 0,!1)}),this.doing.error===null}more(e){e!==void 0&&ie(this,"hass-more-info",{entityId:e})}};g([_({attribute:!1})],q.prototype,"hass",2),g([b()],q.prototype,"config",2),g([b()],q.prototype,"chosen",2),g([b()],q.prototype,"planOpen",2);function Mo(s,t,e,n){if(t.plan===null)return e("plan_fold.none");let o=k(s,x(t.plan.due),n);if(!t.plan.met)return e("plan_fold.missed",{time:o});let[i,r]=v(s.locale,t.plan.needed_kwh*1e3);return e("plan_fold.line",{energy:`${i} ${r}`,time:o})}function Ln(s){customElements.whenDefined("home-assistant").then(()=>{for(let[t,e]of Object.entries(s))customElements.get(t)===void 0&&customElements.define(t,e)})}var jo=400,Wo=2e3,P=class extends ${constructor(){super(...arguments);this.label="";this.disabled=!1;this.compact=!1;this.wanted=null;this.telling=!1;this.moved=e=>{this.wanted=Number(e.target.value),clearTimeout(this.timer),this.timer=void 0};this.letGo=()=>{clearTimeout(this.timer),this.timer=setTimeout(()=>{this.tell()},jo)}}static{this.shadowRootOptions={...$.shadowRootOptions,delegatesFocus:!0}}shouldUpdate(e){if(e.size>1||!e.has("limit"))return!0;let n=e.get("limit");return n===void 0||JSON.stringify(n)!==JSON.stringify(this.limit)}willUpdate(){!this.telling&&this.timer===void 0||!this.telling&&this.wanted===this.limit.value_a&&this.settle()}disconnectedCallback(){super.disconnectedCallback(),this.settle()}render(){let{min_a:e,max_a:n,step_a:o,value_a:i}=this.limit,r=this.wanted??i,a=((r??e)-e)/(n-e),l=He(this.locale,r);return c`
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
            max=${n}
            step=${o}
            .value=${String(r??e)}
            ?disabled=${this.disabled}
            @input=${this.moved}
            @change=${this.letGo}
          />
        </span>
      </div>
    `}async tell(){this.timer=void 0;let e=this.wanted;if(e===null||e===this.limit.value_a){this.settle();return}this.telling=!0;let n=await this.send(e);this.telling=!1,this.wanted===e&&(!n||this.limit.value_a===e?this.settle():this.timer=setTimeout(()=>this.settle(),Wo))}settle(){clearTimeout(this.timer),this.timer=void 0,this.wanted=null}static{this.styles=w`
    :host {
      display: block;
    }
    .head {
      display: flex;
      justify-content: space-between;
      align-items: baseline;
      gap: 8px;
      margin-block-end: 6px;
      color: var(--secondary-text-color);
      font-size: 0.875rem;
    }
    output {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      color: var(--primary-text-color);
      font-size: 1rem;
      font-weight: 500;
      font-variant-numeric: tabular-nums;
    }
    .slider {
      position: relative;
      display: block;
      block-size: 44px;
      border-radius: 12px;
      overflow: hidden;
      background: color-mix(in srgb, var(--primary-color) 16%, transparent);
    }
    .fill {
      position: absolute;
      inset-block: 0;
      inset-inline-start: 0;
      inline-size: calc(20px + var(--share) * (100% - 20px));
      border-start-end-radius: 8px;
      border-end-end-radius: 8px;
      background: var(--primary-color);
    }
    .fill::after {
      content: "";
      position: absolute;
      inset-block: 12px;
      inset-inline-end: 8px;
      inline-size: 4px;
      border-radius: 2px;
      background: var(--card-background-color, #fff);
    }
    .unknown .fill {
      display: none;
    }
    input {
      position: absolute;
      inset: 0;
      inline-size: 100%;
      block-size: 100%;
      margin: 0;
      opacity: 0;
      cursor: pointer;
      touch-action: pan-y;
    }
    .slider:focus-within {
      outline: 2px solid var(--primary-color);
      outline-offset: 2px;
    }
    input:disabled {
      cursor: default;
    }
    .slider:has(input:disabled) {
      opacity: 0.5;
    }
    .spin {
      inline-size: 12px;
      block-size: 12px;
      border-radius: 50%;
      border: 2px solid var(--primary-color);
      border-block-start-color: transparent;
      animation: turn 0.8s linear infinite;
    }
    .compact {
      display: flex;
      flex-direction: row-reverse;
      align-items: center;
      gap: 12px;
    }
    .compact .head {
      margin: 0;
      min-inline-size: 3.2em;
      justify-content: flex-end;
    }
    .compact #label {
      display: none;
    }
    .compact .slider {
      flex: 1;
    }
    @keyframes turn {
      to {
        rotate: 360deg;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .spin {
        animation-duration: 4s;
      }
    }
    @media (forced-colors: active) {
      .slider {
        border: 1px solid;
      }
      .fill {
        background: Highlight;
        forced-color-adjust: none;
      }
    }
  `}};g([_({attribute:!1})],P.prototype,"limit",2),g([_({attribute:!1})],P.prototype,"locale",2),g([_()],P.prototype,"label",2),g([_({type:Boolean})],P.prototype,"disabled",2),g([_({type:Boolean})],P.prototype,"compact",2),g([_({attribute:!1})],P.prototype,"send",2),g([b()],P.prototype,"wanted",2),g([b()],P.prototype,"telling",2);var Io=6e4,z=class{constructor(t){this.host=t;this.answer=null;this.error=null;this.busy=!1;this.turn=0;t.addController(this)}ask(t,e){this.fetch=e,t!==this.question&&(this.question=t,this.again())}async again(){if(this.fetch===void 0)return;let t=++this.turn;this.busy=!0;try{let e=await this.fetch();if(t!==this.turn)return;this.answer=e,this.error=null}catch(e){if(t!==this.turn)return;this.error=Ct(e)}this.busy=!1,this.host.requestUpdate()}hostConnected(){this.timer=setInterval(()=>{document.visibilityState==="visible"&&this.again()},Io),this.question!==void 0&&this.again()}hostDisconnected(){clearInterval(this.timer)}};function Fo(s,t){return s?.connection!==t?.connection||s?.language!==t?.language||s?.locale!==t?.locale||s?.entities!==t?.entities||s?.devices!==t?.devices}var A=class extends ${constructor(){super(...arguments);this.config={}}setConfig(e){let n=typeof e=="object"&&e!==null?e:{},o=n.devices,i=Array.isArray(o)?o.filter(a=>typeof a=="string"):[],r=typeof n.period=="string"?n.period:void 0;this.config={devices:i.length>0?i:void 0,period:r}}getCardSize(){return 8}getGridOptions(){return{columns:"full",min_columns:6}}get text(){return T(this.hass?.language??"en")}};g([_({attribute:!1,hasChanged:Fo})],A.prototype,"hass",2),g([b()],A.prototype,"config",2);var V=w`
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
  h3 {
    margin: 0;
    font-size: 0.85rem;
    font-weight: 500;
    color: var(--secondary-text-color);
  }
  header,
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
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .busy {
    opacity: 0.6;
    transition: opacity 200ms 150ms;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;function de(s){return c`<dl class="figures">
    ${s.map(([t,e,n])=>c`<div>
        <dt>${t}</dt>
        <dd>${e}${n?c` <small>${n}</small>`:u}</dd>
      </div>`)}
  </dl>`}function ue(s,t,e,n){return c`<label>
    ${s}
    <select @change=${o=>n(o.target.value)}>
      ${t.map(([o,i])=>c`<option value=${o} ?selected=${o===e}>${i}</option>`)}
    </select>
  </label>`}var Nn=new Map;function Uo(s){let t=Nn.get(s);if(t===void 0){let e={year:"numeric",month:"2-digit",day:"2-digit",hour:"2-digit",minute:"2-digit"};t=new Intl.DateTimeFormat("en-GB",{...e,hourCycle:"h23",timeZone:qo(s)}),Nn.set(s,t)}return t}function qo(s){try{return new Intl.DateTimeFormat("en",{timeZone:s}),s}catch{return}}function B(s,t){if(!Number.isFinite(s))return"";let e={};for(let{type:n,value:o}of Uo(t).formatToParts(s))e[n]=o;return`${e.year}-${e.month}-${e.day}T${e.hour}:${e.minute}`}function pe(s,t){let e=Date.parse(`${s}:00Z`);if(Number.isNaN(e))return NaN;let n=[e-864e5,e+864e5].map(i=>Date.parse(`${B(i,t)}:00Z`)-i);return n.map(i=>e-i).find(i=>B(i,t)===s)??e-(n[0]??0)}function De(s,t){let e=Date.parse(`${s}T00:00:00Z`)+t*864e5;return new Date(e).toISOString().slice(0,10)}var Dn=["days_30","this_month","last_month","this_year","all","custom"];function it(s,t){return B(s,t).slice(0,7)}function Y(s,t){let[e=1970,n=1]=s.split("-").map(Number),o=e*12+n-1+t;return`${String(Math.floor(o/12)).padStart(4,"0")}-${String(o%12+1).padStart(2,"0")}`}function ot(s,t){return{start:pe(`${s}-01T00:00`,t),end:pe(`${Y(s,1)}-01T00:00`,t)}}function Mn(s,t,e,n="",o=""){let i=B(t,e).slice(0,10),r=it(t,e);switch(s){case"days_30":return{start:st(De(i,-29),e)};case"this_month":return{start:ot(r,e).start};case"last_month":return ot(Y(r,-1),e);case"this_year":return{start:st(`${i.slice(0,4)}-01-01`,e)};case"custom":return{start:st(n,e),end:o===""?void 0:st(De(o,1),e)};case"all":return{}}}function st(s,t){let e=pe(`${s}T00:00`,t);return Number.isNaN(e)?void 0:e}function me(s){return s===void 0?void 0:new Date(s).toISOString()}var he=["sun","battery","grid"];function rt(s){if(s.sun_wh===null)return{sun:0,battery:0,grid:0,other:s.energy_wh};let t=s.battery_wh??0;return{sun:s.sun_wh,battery:t,grid:Math.max(0,s.energy_wh-s.sun_wh-t),other:0}}function D(s){return s.sun+s.battery+s.grid+s.other}function Lt(s,t){return t===null||s<=0?null:Math.min(1,Math.max(0,t/s))}function at(s,t,e){return[...he,"other"].filter(n=>s[n]>0).map(n=>`${e(`source.${n}`)} ${v(t,s[n]).join(" ")}`).join(", ")}function lt(s,t,e,n=1){let o=D(s);if(!(o>0))return c`<div class="sources" aria-hidden="true"></div>`;let i=at(s,t,e);return c`<div class="sources" role="img" aria-label=${i} title=${i}>
    <div class="filled" style="inline-size:${Math.max(1.5,n*100).toFixed(1)}%">
      ${[...he,"other"].map(r=>s[r]>0?c`<span class=${r} style="flex-grow:${(s[r]/o).toFixed(4)}"></span>`:u)}
    </div>
  </div>`}function ct(s,t){return c`<ul class="legend">
    ${s.map(e=>c`<li><span class="dot ${e}"></span>${t(`source.${e}`)}</li>`)}
  </ul>`}function Me(s,t,e){return le(s,Lt(t,e))}var ge=w`
  .sources {
    block-size: 6px;
    border-radius: 3px;
    background: var(--divider-color);
    overflow: hidden;
  }
  .sources .filled {
    display: flex;
    gap: 1px;
    block-size: 100%;
  }
  .sources span {
    flex-basis: 0;
    min-inline-size: 1px;
  }
  .sun {
    background: var(--energy-solar-color, #ff9800);
  }
  .battery {
    background: var(--energy-battery-out-color, #4db6ac);
  }
  .grid {
    background: var(--energy-grid-consumption-color, #488fc2);
  }
  .other {
    background: var(--primary-color);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.85em;
    color: var(--secondary-text-color);
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .dot {
    inline-size: 10px;
    block-size: 10px;
    border-radius: 50%;
  }
`;var dt=["day","month"],jn=30,Wn=12;function In(s){let t={sun:[],battery:[],grid:[],other:[],cost:[]};for(let{ids:e}of s.connectors){let{energy_sun:n,energy_battery:o,energy_grid:i,energy:r,cost_total:a}=e;n&&i?(t.sun.push(n),t.grid.push(i),o&&t.battery.push(o)):r&&t.other.push(r),a&&t.cost.push(a)}return t}function Vo(s,t,e){let n=B(t,e).slice(0,10);if(s==="day")return Array.from({length:jn},(i,r)=>De(n,r+1-jn));let o=n.slice(0,7);return Array.from({length:Wn},(i,r)=>`${Y(o,r+1-Wn)}-01`)}function Bo(s,t,e,n,o){let i=n==="day"?10:7,r=h=>{let f=new Map;for(let{start:y,change:E}of h.flatMap(j=>e[j]??[])){let j=B(y+72e5,o).slice(0,i);typeof E=="number"&&E>0&&f.set(j,(f.get(j)??0)+E)}return f},[a,l,d,p,m]=[t.sun,t.battery,t.grid,t.other,t.cost].map(r);return s.map(h=>{let f=E=>E?.get(h.slice(0,i))??0,y={sun:f(a)*1e3,battery:f(l)*1e3,grid:f(d)*1e3,other:f(p)*1e3};return{start:h,parts:y,cost:t.cost.length>0?f(m):null}})}async function Fn(s,t,e,n){let o=s.config.time_zone,i=Vo(e,n,o),r=await s.callWS({type:"recorder/statistics_during_period",start_time:new Date(pe(`${i[0]}T00:00`,o)).toISOString(),statistic_ids:Object.values(t).flat(),period:e,types:["change"],units:{energy:"kWh"}});return Bo(i,t,r,e,o)}function Nt(s){let t={sun:0,battery:0,grid:0,other:0},e=null;for(let n of s){for(let o of Object.keys(t))t[o]+=n.parts[o];n.cost!==null&&(e=(e??0)+n.cost)}return{parts:t,cost:e}}function Un(s){let t=Math.max(1e3,...s.map(({parts:i})=>D(i))),e=t/3,n=10**Math.floor(Math.log10(e)),o=[1,2,2.5,5,10].map(i=>i*n).find(i=>i>=e)??e;return Array.from({length:Math.ceil(t/o-1e-9)+1},(i,r)=>r*o)}function fe(s,t=[]){let e=new Set,n=new Set;for(let a of Object.values(s.entities))a?.platform!==oe||!a.device_id||(e.add(a.device_id),a.translation_key?.startsWith("site_")&&n.add(a.device_id));let o=new Set(L(s)),i=t.length===0?[...o]:[...o].filter(a=>t.includes(a)),r=[...e].filter(a=>!o.has(a)&&!n.has(a));return{connectors:Dt(s,i),sites:Dt(s,[...n]),others:Dt(s,r),chosen:t.length>0}}function Dt(s,t){return t.map(e=>({device:e,name:U(s,e),ids:Ce(s,e)})).sort((e,n)=>e.name.localeCompare(n.name,s.language,{numeric:!0}))}function be(s,...t){return t.map(e=>s[e]).filter(e=>e!==void 0)}var Ko=["grid","battery","sun","other"],ye=class extends A{constructor(){super(...arguments);this.chosen=null;this.bars=new z(this)}get shownGrain(){return this.grain??dt.find(e=>e===this.config.period)??"day"}willUpdate(){let{hass:e}=this;if(e===void 0)return;let n=In(fe(e,this.config.devices)),o=this.shownGrain;Object.values(n).every(i=>i.length===0)||this.bars.ask(JSON.stringify([n,o]),()=>Fn(e,n,o,Date.now()))}render(){let{hass:e,text:n}=this;if(e===void 0)return c`<ha-card></ha-card>`;let o=this.bars.answer;return c`<ha-card>
      <header>
        <h2>${n("energy.title")}</h2>
        <div class="grains" role="radiogroup" aria-label=${n("filter.period")}>
          ${dt.map(i=>this.grainButton(i,n))}
        </div>
      </header>
      ${this.sums(e,o,n)}
      ${this.bars.error===null?u:c`<p class="error" role="alert">${n("energy.failed",{error:this.bars.error})}</p>`}
      <div class="chart ${this.bars.busy?"busy":""}" aria-busy=${this.bars.busy}>
        ${o===null?u:this.chart(e,o,n)}
      </div>
      <div class="foot">${o===null?u:this.foot(e,o,n)}</div>
    </ha-card>`}grainButton(e,n){let o=e===this.shownGrain,i=a=>{this.grain=a,this.chosen=null},r=dt.find(a=>a!==e)??e;return c`<button
      role="radio"
      aria-checked=${o}
      tabindex=${o?0:-1}
      @click=${()=>i(e)}
      @keydown=${a=>{a.key.startsWith("Arrow")&&(a.preventDefault(),i(r),this.updateComplete.then(()=>this.renderRoot.querySelector("[aria-checked=true]")?.focus()))}}
    >
      ${n(`energy.${e}`)}
    </button>`}sums(e,n,o){let{locale:i}=e,{parts:r,cost:a}=Nt(n??[]),l=D(r),d=l-r.other,[p,m]=v(i,n===null?null:l),h=[[o("sum.energy"),p,m],[o("sum.sun"),le(i,n===null?null:Lt(d,d>0?r.sun:null))]];return a!==null&&h.push([o("sum.cost"),C(i,a,e.config.currency)]),de(h)}chart(e,n,o){let i=Un(n),r=i[i.length-1]??1,a=n.length>12?5:1,l=d=>{let p={ArrowLeft:-1,ArrowRight:1,Home:-n.length,End:n.length}[d.key];if(p===void 0)return;d.preventDefault();let m=getComputedStyle(this).direction==="rtl"&&d.key.startsWith("Arrow"),h=this.chosen??n.length;this.chosen=Math.max(0,Math.min(n.length-1,h+(m?-p:p)))};return c`<div class="axis" aria-hidden="true">
        ${i.map(d=>c`<span style="inset-block-end:${(100*d/r).toFixed(2)}%">${N(e.locale,d/1e3,1)}</span>`)}
      </div>
      <div
        class="bars"
        tabindex="0"
        role="group"
        aria-roledescription=${o("energy.chart")}
        aria-label=${`${o("energy.title")}. ${o("chart.help")}`}
        @keydown=${l}
        @pointerleave=${()=>this.chosen=null}
      >
        ${i.map(d=>c`<i style="inset-block-end:${(100*d/r).toFixed(2)}%"></i>`)}
        ${n.map((d,p)=>c`<div
            class="slot ${this.chosen===p?"chosen":""}"
            @pointerenter=${()=>this.chosen=p}
            @click=${()=>this.chosen=p}
          >
            <div class="bar">${Ko.map(m=>Go(d.parts,m,r))}</div>
            <span class="name">${(n.length-1-p)%a===0?this.name(e,d,"short"):u}</span>
          </div>`)}
      </div>`}foot(e,n,o){let i=this.chosen===null?void 0:n[this.chosen],{parts:r}=Nt(n),a=[...he,"other"].filter(d=>r[d]>0),l=D(r)===0;return c`<p class="told" aria-live="polite">
        ${i?this.words(e,i,o):l?o("energy.none"):ct(a,o)}
      </p>
      <details>
        <summary>${o("chart.table")}</summary>
        <table>
          ${[...n].reverse().map(d=>c`<tr>
              <th scope="row">${this.name(e,d,"long")}</th>
              <td>${v(e.locale,D(d.parts)).join(" ")}</td>
              <td>${D(d.parts)>0?at(d.parts,e.locale,o):u}</td>
            </tr>`)}
        </table>
      </details>`}words(e,n,o){let i=D(n.parts),r=[`${this.name(e,n,"long")}: ${v(e.locale,i).join(" ")}`];return i>n.parts.other&&r.push(at(n.parts,e.locale,o)),n.cost!==null&&i>0&&r.push(C(e.locale,n.cost,e.config.currency)),r.join(" · ")}name(e,n,o){let i={month:o==="short"?"short":"long",timeZone:"UTC"};return this.shownGrain==="day"&&(i.day="numeric"),o==="long"&&(i.year="numeric"),o==="short"&&this.shownGrain==="day"&&(i.month="numeric"),new Intl.DateTimeFormat(e.locale.language,i).format(Date.parse(`${n.start}T12:00Z`))}static{this.styles=[V,ge,w`
      .grains {
        display: inline-flex;
        padding: 2px;
        border-radius: 14px;
        background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
      }
      .grains button {
        border: 0;
        background: none;
        min-block-size: 44px;
      }
      .grains [aria-checked="true"] {
        background: var(--card-background-color);
        box-shadow: 0 1px 3px rgb(0 0 0 / 25%);
      }
      .chart {
        display: flex;
        gap: 8px;
        block-size: 220px;
      }
      .axis {
        position: relative;
        inline-size: 2.4rem;
        margin-block: 8px 24px;
        font-size: 0.75rem;
        color: var(--secondary-text-color);
        font-variant-numeric: tabular-nums;
      }
      .axis span {
        position: absolute;
        inset-inline-end: 0;
        transform: translateY(50%);
      }
      .bars {
        flex: 1;
        min-inline-size: 0;
        position: relative;
        display: flex;
        margin-block: 8px 24px;
        border-radius: 4px;
      }
      .bars i {
        position: absolute;
        inset-inline: 0;
        border-block-end: 1px solid var(--divider-color);
      }
      .slot {
        position: relative;
        flex: 1 1 0;
        min-inline-size: 0;
        padding-inline: clamp(1px, 12%, 10px);
      }
      .slot.chosen {
        background: color-mix(in srgb, var(--primary-text-color) 8%, transparent);
      }
      .bar {
        block-size: 100%;
        display: flex;
        flex-direction: column-reverse;
        gap: 1px;
      }
      .bar span:last-child {
        border-start-start-radius: 4px;
        border-start-end-radius: 4px;
      }
      .name {
        position: absolute;
        inset-block-start: calc(100% + 4px);
        inset-inline-start: 50%;
        transform: translateX(-50%);
        font-size: 0.75rem;
        white-space: nowrap;
        color: var(--secondary-text-color);
      }
      :host(:dir(rtl)) .name {
        transform: translateX(50%);
      }
      .foot {
        min-block-size: 92px;
      }
      .told {
        margin: 0;
        min-block-size: 2.8em;
        font-size: 0.9rem;
        line-height: 1.4;
      }
      summary {
        cursor: pointer;
        min-block-size: 44px;
        display: flex;
        align-items: center;
        font-size: 0.85rem;
        color: var(--secondary-text-color);
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
        font-size: 0.85rem;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 6px 4px;
        text-align: start;
        font-weight: 400;
        border-block-start: 1px solid var(--divider-color);
      }
      @container (max-width: 420px) {
        .slot:nth-child(even of .slot) .name {
          display: none;
        }
      }
    `]}};g([b()],ye.prototype,"grain",2),g([b()],ye.prototype,"chosen",2);function Go(s,t,e){return s[t]>0?c`<span class=${t} style="block-size:${(100*s[t]/e).toFixed(2)}%"></span>`:u}function qn(s,t){let e=[...t.connectors.map(o=>Zo(s,o)),...t.sites.map(o=>Qo(s,o))],n=["error","warning","ok"];return e.sort((o,i)=>n.indexOf(o.level)-n.indexOf(i.level))}function Vn(s){let t=["status","error","connected","refusal","site_meter_lost"];return[...s.connectors,...s.sites].flatMap(({ids:e})=>t.map(n=>e[n]??"")).filter(Boolean)}function Bn(s,{ids:t},e){return s.states[t[e]??""]}function Zo(s,t){let[e,n,o]=["status","error","connected"].map(r=>Bn(s,t,r)),i=(r,a,l=e)=>({name:t.name,level:r,text:a,since:l?.last_changed,entity:l?.entity_id});if(o?.state==="off")return i("warning","faults.not_connected",o);if(!S(e))return i("warning","faults.silent");if(e.state==="faulted"){let r=S(n)?s.formatEntityState(n):void 0;return{...i("error","faults.fault"),detail:r}}return e.state==="out_of_service"?i("warning","faults.out_of_service"):{...i("ok","faults.well"),detail:s.formatEntityState(e),since:void 0}}function Qo(s,t){let e=Bn(s,t,"site_meter_lost"),n=e?.entity_id;return e?.state==="on"?{name:t.name,level:"error",text:"faults.meter_silent",since:e.last_changed,entity:n}:{name:t.name,level:"ok",text:"faults.meter_well",entity:n}}async function Kn(s){let[{issues:t},e]=await Promise.all([s.callWS({type:"repairs/list_issues"}),s.loadBackendTranslation?.("issues","evse_ocpp")]);return t.filter(({domain:n,ignored:o})=>n==="evse_ocpp"&&!o).map(n=>{let o=`component.evse_ocpp.issues.${n.translation_key??n.issue_id}.title`,i=e?.(o,n.translation_placeholders??{})||n.issue_id;return{id:n.issue_id,title:i,severity:n.severity,created:n.created}}).sort((n,o)=>o.created.localeCompare(n.created))}var Jo={error:"mdi:alert-circle",warning:"mdi:alert",ok:"mdi:check-circle"},je=class extends A{constructor(){super(...arguments);this.ids=[];this.repairs=new z(this)}shouldUpdate(e){let n=e.get("hass"),o=this.hass;return n===void 0||o===void 0||e.size>1||n.entities!==o.entities||n.devices!==o.devices||n.language!==o.language?!0:this.ids.some(i=>n.states[i]!==o.states[i])}willUpdate(){let{hass:e}=this;if(e===void 0)return;this.found=fe(e,this.config.devices),this.ids=Vn(this.found);let n=this.ids.map(o=>e.states[o]?.state);this.repairs.ask(JSON.stringify([e.language,n]),()=>Kn(e))}render(){let{hass:e,text:n}=this;if(e===void 0||this.found===void 0)return c`<ha-card></ha-card>`;let o=this.repairs.answer??[];return c`<ha-card>
      <h2>${n("faults.now")}</h2>
      <ul>
        ${qn(e,this.found).map(i=>this.trouble(e,i,n))}
      </ul>
      ${o.length===0?u:c`<h3>${n("faults.repairs")}</h3>
            <ul>
              ${o.map(i=>this.repair(e,i))}
            </ul>`}
      ${o.length>0&&e.user?.is_admin?c`<a class="button" href="/config/repairs">${n("faults.open_repairs")}</a>`:u}
    </ha-card>`}trouble(e,{name:n,level:o,text:i,detail:r,since:a,entity:l},d){let p=k(e,x(a),new Date),m=d(i,{detail:r??"",since:p}).replace(/[:\s–]+$/,"");return c`<li>
      <button class="line" @click=${()=>l!==void 0&&ie(this,"hass-more-info",{entityId:l})} ?disabled=${l===void 0}>
        <ha-icon class=${o} icon=${Jo[o]}></ha-icon>
        <span class="words"><bdi>${n}</bdi><span class="quiet">${m}</span></span>
      </button>
    </li>`}repair(e,{title:n,severity:o,created:i}){return c`<li class="line">
      <ha-icon class=${o==="warning"?"warning":"error"} icon="mdi:wrench"></ha-icon>
      <span class="words"><span>${n}</span><span class="quiet">${k(e,x(i),new Date)}</span></span>
    </li>`}static{this.styles=[V,w`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .line {
        display: flex;
        align-items: center;
        justify-content: start;
        gap: 16px;
        inline-size: 100%;
        min-block-size: 60px;
        padding: 4px 8px;
        text-align: start;
        box-sizing: border-box;
      }
      button.line {
        border: 0;
        background: none;
        opacity: 1;
      }
      .line .error {
        color: var(--error-color);
        background: none;
        padding: 0;
      }
      .line .warning {
        color: var(--warning-color);
      }
      .line .ok {
        color: var(--success-color);
      }
      .line ha-icon {
        flex: none;
        --mdc-icon-size: 26px;
      }
      .words {
        display: grid;
        min-inline-size: 0;
        font-size: 1rem;
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
    `]}};g([_({attribute:!1,hasChanged:()=>!0})],je.prototype,"hass",2);function Mt(s,t){let e=document.createElement("a");e.href=s.hassUrl?.(t)??t,e.download="",e.target="_blank",e.rel="noopener",document.body.append(e),e.click(),e.remove()}async function jt(s,t,e){let n=await s.callService("evse_ocpp",t,e,void 0,!1,!0);if(n.response===void 0)throw new Error(`evse_ocpp.${t}: –`);return n.response}async function Gn(s,t,e,n){for(let o of t){let i={...e,format:n,config_entry_id:o,language:Wt(s)};Mt(s,(await jt(s,"export_sessions",i)).url)}}var Yo=["en","it","de","es","fr"];function Wt(s){return Yo.find(t=>t===s.language.split("-",1)[0])}var We="nobody";function ut(s,t,e,n=0){return s.callWS({type:"evse_ocpp/sessions",...t,limit:e,offset:n})}function Zn(s){return s.callWS({type:"evse_ocpp/list"})}function X(s){return s===void 0?{}:s.startsWith("person:")?{person:s.slice(7)}:s.startsWith("card:")?{id_tag:s.slice(5)}:null}function Qn(s,t=[]){let e=s.wallboxes.filter(({connectors:n})=>t.length===0||n.some(({device_id:o})=>t.includes(o)));return[...new Set(e.map(({entry_id:n})=>n))]}function Jn(s,t){return s.person??s.card??t("owner.nobody")}function pt(s,t){let e=Object.entries(t??{});return e.length===0?"–":e.map(([n,o])=>C(s,o,n)).join(" + ")}function Yn(s,t){if(!t.startsWith("person:"))return null;let e=s.states[t.slice(7)]?.attributes.entity_picture;return typeof e=="string"&&e!==""?s.hassUrl?.(e)??e:null}function Xn(s){return s===We?"mdi:ev-plug-type2":s.startsWith("person:")?"mdi:account":"mdi:card-account-details-outline"}async function es(s,t,e){let n=Xo(s,t,e);return(await jt(s,"export_statement",n)).statements}function Xo(s,t,e){let n=X(t.owner)??{},o={month:t.month,format:e,language:Wt(s),device_id:t.devices,...n};return Object.fromEntries(Object.entries(o).filter(([,i])=>i!==void 0))}var ei=24,ve=class extends A{constructor(){super(...arguments);this.month="";this.told=new z(this);this.written=[];this.doing=new F(this)}willUpdate(){let{hass:e}=this;if(e===void 0)return;let n=e.config.time_zone;this.month===""&&(this.month=it(Date.now(),n));let{start:o,end:i}=ot(this.month,n),r={start:me(o),end:me(i),device_ids:this.config.devices};this.told.ask(JSON.stringify([r,e.language]),()=>ut(e,r,1))}render(){let{hass:e,text:n}=this;if(e===void 0)return c`<ha-card></ha-card>`;let o=this.told.answer,i=this.told.error??this.doing.error;return c`<ha-card>
      ${this.chooser(e,n)} ${this.sums(e,o,n)}
      ${i===null?u:c`<p class="error" role="alert">${i}</p>`}
      <div class="lists ${this.told.busy?"busy":""}" aria-busy=${this.told.busy}>
        ${o===null?u:o.count===0?c`<p class="hint">${n("month.none")}</p>`:this.lists(e,o,n)}
      </div>
    </ha-card>`}chooser(e,n){let o=it(Date.now(),e.config.time_zone),i=Array.from({length:ei},(d,p)=>Y(o,-p));i.includes(this.month)||i.push(this.month);let r=new Intl.DateTimeFormat(e.locale.language,{month:"long",year:"numeric",timeZone:"UTC"}),a=i.map(d=>[d,r.format(Date.parse(`${d}-15T12:00Z`))]),l=(d,p,m,h)=>c`<button
        class="round"
        aria-label=${p}
        title=${p}
        ?disabled=${!h}
        @click=${()=>this.show(Y(this.month,m))}
      >
        <ha-icon icon=${d}></ha-icon>
      </button>`;return c`<header class="chooser">
      ${l("mdi:chevron-left",n("month.before"),-1,!0)}
      ${ue(n("month.month"),a,this.month,d=>this.show(d))}
      ${l("mdi:chevron-right",n("month.after"),1,this.month<o)}
    </header>`}show(e){this.month=e,this.written=[]}sums(e,n,o){let[i,r]=v(e.locale,n?.energy_wh);return de([[o("sum.energy"),i,r],[o("sum.cost"),pt(e.locale,n?.cost)],[o("sum.sun"),n===null?"–":Me(e.locale,n.energy_wh,n.sun_wh)]])}lists(e,n,o){let i=Math.max(...n.owners.map(({energy_wh:r})=>r),1);return c`
      <section>
        <h3>${o("month.by_owner")}</h3>
        <ul>
          ${n.owners.map(r=>c`<li>
              ${this.face(e,r.owner)} ${this.sum(e,r,r.name||o("owner.nobody"),i,o)}
              ${X(r.owner)===null?c`<span class="documents"></span>`:this.documents(r.owner,r.name,o)}
            </li>`)}
        </ul>
        <div class="row all"><span class="quiet">${o("month.all_statements")}</span>${this.documents(void 0,o("month.everybody"),o)}</div>
        ${this.links(e,o)}
      </section>
      ${n.wallboxes.length>1?c`<section>
            <h3>${o("month.by_wallbox")}</h3>
            <ul>
              ${n.wallboxes.map(r=>c`<li>
                  <span class="face"><ha-icon icon="mdi:ev-station"></ha-icon></span>
                  ${this.sum(e,r,r.name,Math.max(...n.wallboxes.map(({energy_wh:a})=>a),1),o)}
                </li>`)}
            </ul>
          </section>`:u}
    `}face(e,n){let o=Yn(e,n);return o!==null?c`<img class="face" src=${o} alt="" loading="lazy" />`:c`<span class="face"><ha-icon icon=${Xn(n)}></ha-icon></span>`}sum(e,n,o,i,r){let a=Me(e.locale,n.energy_wh,n.sun_wh),l=r(n.sessions===1?"month.session":"month.sessions",{count:n.sessions});return c`<div class="sum">
      <div class="names"><bdi>${o}</bdi><span>${v(e.locale,n.energy_wh).join(" ")}</span></div>
      ${lt(rt(n),e.locale,r,n.energy_wh/i)}
      <div class="names quiet">
        <span>${l}${n.sun_wh===null?u:` · ${r("month.sun",{share:a})}`}</span>
        <span>${C(e.locale,n.cost,n.currency)}</span>
      </div>
    </div>`}documents(e,n,o){return c`<span class="documents">
      ${["pdf","csv"].map(i=>{let r=o("month.statement",{name:n,format:i.toUpperCase()});return c`<button
          aria-label=${r}
          title=${r}
          ?disabled=${this.doing.busy!==null}
          @click=${()=>this.download(e,i)}
        >
          ${i.toUpperCase()}
        </button>`})}
    </span>`}download(e,n){let{hass:o,month:i}=this;o!==void 0&&this.doing.run(n,async()=>{let r=await es(o,{month:i,owner:e,devices:this.config.devices},n);this.written=r.length>1?r:[],r.length===1&&r[0]&&Mt(o,r[0].url)})}links(e,n){return this.written.length===0?u:c`<div class="hint" role="status">
      ${n("month.written")}
      <div class="links">
        ${this.written.map(({name:o,format:i,url:r})=>c`<a class="button" href=${e.hassUrl?.(r)??r} download target="_blank" rel="noopener">
            <ha-icon icon="mdi:download"></ha-icon><bdi>${o}</bdi> ${i.toUpperCase()}
          </a>`)}
      </div>
    </div>`}static{this.styles=[V,ge,w`
      .chooser {
        flex-wrap: nowrap;
        align-items: end;
      }
      .chooser label {
        flex: 1;
        max-inline-size: 20rem;
      }
      .chooser select {
        font-size: 1.1rem;
        font-weight: 500;
      }
      .lists {
        min-block-size: 420px;
      }
      section + section {
        margin-block-start: 20px;
      }
      ul:not(.legend) {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 12px;
        padding-block: 10px;
        border-block-end: 1px solid var(--divider-color);
      }
      .face {
        flex: none;
        display: grid;
        place-items: center;
        inline-size: 40px;
        block-size: 40px;
        border-radius: 50%;
        object-fit: cover;
        color: var(--primary-color);
        background: color-mix(in srgb, var(--primary-color) 14%, transparent);
      }
      .sum {
        flex: 1;
        min-inline-size: 0;
        display: grid;
        gap: 5px;
      }
      .names {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      .names > :first-child {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .documents {
        display: inline-flex;
        gap: 4px;
      }
      .documents button {
        padding: 0 8px;
        font-size: 0.75rem;
        min-inline-size: 44px;
      }
      .links {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-block-start: 8px;
      }
      .all {
        padding-block-start: 10px;
      }
      @container (max-width: 420px) {
        li {
          flex-wrap: wrap;
        }
        li .documents {
          inline-size: 100%;
          justify-content: end;
        }
        li .documents:empty {
          display: none;
        }
      }
    `]}};g([b()],ve.prototype,"month",2),g([b()],ve.prototype,"written",2);var we=12,K="",O=class extends A{constructor(){super(...arguments);this.period="days_30";this.from="";this.to="";this.device=K;this.owner=K;this.offset=0;this.told=new z(this);this.there=new z(this);this.doing=new F(this)}willUpdate(){let{hass:e}=this;if(e===void 0)return;let n=this.wanted(e),o=JSON.stringify([n,this.offset,e.language]);this.told.ask(o,()=>ut(e,this.wanted(e),we,this.offset)),this.there.ask(e.language,()=>Zn(e))}wanted(e){let{start:n,end:o}=Mn(this.period,Date.now(),e.config.time_zone,this.from,this.to);return{start:me(n),end:me(o),device_ids:this.device===K?this.config.devices:[this.device],owner:this.owner===K?void 0:this.owner}}choose(e,n){this.offset=0,this[e]=n}render(){let{hass:e,text:n}=this;if(e===void 0)return c`<ha-card></ha-card>`;let o=this.told.answer;return c`<ha-card>
      <header>
        <h2>${n("board.sessions")}</h2>
        <div class="documents">${["csv","pdf"].map(i=>this.document(i,n))}</div>
      </header>
      ${this.filters(n)} ${this.sums(e,o,n)}
      ${this.told.error??this.doing.error?c`<p class="error" role="alert">${this.told.error??this.doing.error}</p>`:u}
      <div class="list ${this.told.busy?"busy":""}" aria-busy=${this.told.busy}>${this.list(e,o,n)}</div>
      ${this.pages(o,n)}
    </ha-card>`}filters(e){let n=Dn.map(l=>[l,e(`period.${l}`)]),o=(this.there.answer?.wallboxes??[]).flatMap(l=>l.connectors).filter(({device_id:l})=>this.config.devices?.includes(l)??!0).map(({device_id:l,name:d})=>[l,d]),{people:i=[],cards:r=[]}=this.there.answer??{},a=[...i.map(({person:l,name:d})=>[`person:${l}`,d]),...r.filter(({person:l})=>l===null).map(l=>[`card:${l.id_tag}`,l.name??l.id_tag])];for(let{owner:l,name:d}of this.told.answer?.owners??[])l!==We&&a.every(([p])=>p!==l)&&a.push([l,d]);return a.push([We,e("owner.nobody")]),c`<div class="filters">
      ${ue(e("filter.period"),n,this.period,l=>this.choose("period",l))}
      ${this.period==="custom"?["from","to"].map(l=>c`<label>
              ${e(`filter.${l}`)}
              <input
                type="date"
                .value=${this[l]}
                @change=${d=>this.choose(l,d.target.value)}
              />
            </label>`):u}
      ${ue(e("filter.wallbox"),[[K,e("filter.all")],...o],this.device,l=>this.choose("device",l))}
      ${ue(e("filter.owner"),[[K,e("filter.everybody")],...a],this.owner,l=>this.choose("owner",l))}
    </div>`}sums(e,n,o){let{locale:i}=e,[r,a]=v(i,n?.energy_wh);return de([[o("board.sessions"),n===null?"–":String(n.count)],[o("sum.energy"),r,a],[o("sum.cost"),pt(i,n?.cost)],[o("sum.sun"),n===null?"–":Me(i,n.energy_wh,n.sun_wh)]])}list(e,n,o){if(n===null)return u;if(n.rows.length===0)return c`<p class="hint">${o("sessions.none")}</p>`;let i=he.filter(r=>n.rows.some(a=>(a[`${r}_wh`]??0)>0));return c`
      <div role="table" aria-label=${o("board.sessions")}>
        <div role="row" class="head">
          ${["when","where","who","energy","cost"].map(r=>c`<span role="columnheader" class=${r}>${o(`column.${r}`)}</span>`)}
        </div>
        ${n.rows.map(r=>this.row(e,r,o))}
      </div>
      ${i.length>0?ct(i,o):u}
    `}row(e,n,o){let[i,r]=v(e.locale,n.energy_wh),a=x(n.started_at),l=x(n.ended_at),d=a===null?null:((l??new Date).getTime()-a.getTime())/1e3,p=n.cost===null&&n.unpriced_wh>0?o("sessions.no_price"):C(e.locale,n.cost,n.currency);return c`<div role="row">
      <span role="cell" class="when">
        ${k(e,a,new Date)}
        <small>${l===null?o("sessions.running"):ce(e.locale,d)}</small>
      </span>
      <span role="cell" class="where"><bdi>${n.wallbox}</bdi></span>
      <span role="cell" class="who"><bdi>${Jn(n,o)}</bdi></span>
      <span role="cell" class="energy">
        <span class="value">${i} <small>${r}</small></span>
        ${lt(rt(n),e.locale,o)}
      </span>
      <span role="cell" class="cost ${n.cost===null?"quiet":""}">${p}</span>
    </div>`}pages(e,n){if(e===null||e.count<=we)return u;let o=Math.min(this.offset+we,e.count),i=(r,a,l,d)=>c`<button class="round" aria-label=${a} title=${a} ?disabled=${!d} @click=${()=>this.offset=l}>
        <ha-icon icon=${r}></ha-icon>
      </button>`;return c`<nav class="row pages" aria-label=${n("sessions.pages")}>
      ${i("mdi:chevron-left",n("sessions.newer"),Math.max(0,this.offset-we),this.offset>0)}
      <span class="quiet" aria-live="polite">
        ${n("sessions.page",{first:Math.min(this.offset+1,e.count),last:o,count:e.count})}
      </span>
      ${i("mdi:chevron-right",n("sessions.older"),this.offset+we,o<e.count)}
    </nav>`}document(e,n){let o=X(this.owner===K?void 0:this.owner),i=(this.told.answer?.count??0)===0,r=n(o===null?"sessions.no_document_of_nobody":`sessions.${e}`);return c`<button
      title=${r}
      aria-label=${r}
      ?disabled=${o===null||i||this.doing.busy!==null}
      @click=${()=>this.download(e)}
    >
      <ha-icon icon=${e==="pdf"?"mdi:file-document-outline":"mdi:table-arrow-down"}></ha-icon>
      ${e.toUpperCase()}
    </button>`}download(e){let{hass:n}=this,o=this.there.answer;if(n===void 0||o===null)return;let{start:i,end:r,device_ids:a}=this.wanted(n),l=X(this.owner===K?void 0:this.owner),d=Object.entries({start:i,end:r,device_id:a,...l}).filter(([,p])=>p!==void 0);this.doing.run(e,()=>Gn(n,Qn(o,a),Object.fromEntries(d),e))}static{this.styles=[V,ge,w`
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
        min-block-size: ${we*57+60}px;
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
    `]}};g([b()],O.prototype,"period",2),g([b()],O.prototype,"from",2),g([b()],O.prototype,"to",2),g([b()],O.prototype,"device",2),g([b()],O.prototype,"owner",2),g([b()],O.prototype,"offset",2);var It=["overview","sessions","months","costs","faults"];function ns(s){let t=typeof s=="object"&&s!==null?s:{},e=[],n=ts(t,"devices",e),o=ts(t,"views",e).filter(i=>{let r=It.some(a=>a===i);return r||e.push({field:"views",came:i,allowed:"problem.one_of",values:{list:It.join(", ")}}),r});return{devices:n,views:o.length>0?[...new Set(o)]:[...It],problems:e}}function ts(s,t,e){let n=s[t];return n==null?[]:Array.isArray(n)&&n.every(o=>typeof o=="string")?n:(e.push({field:t,came:JSON.stringify(n).slice(0,60),allowed:"problem.list"}),[])}var Ft=3,H={grid_options:{columns:"full"}},ti=12,ni=14,si=168,oi=["binary_sensor.fault","error","refusal","connected","obeyed","relay","status"],ii=["event.fault","event.station"],ri=["site_meter_lost","site_dimmed","event.site"];function ss(s,t){let e=s.connectors.map(({device:n})=>M([{type:"custom:evse-ocpp-card",device:n,...H}]));return{..._e("overview","mdi:ev-station",t),max_columns:Math.max(2,Math.min(Ft+1,e.length+s.sites.length)),badges:s.sites.flatMap(n=>li(n,t)),sections:[...e,...s.sites.map(n=>ai(n,t))]}}function ai({device:s,ids:t},e){let n=[{entity:t.site_charging_power,name:e("phases.cars")},{entity:t.site_house_power,name:e("phases.house")},{entity:t.site_grid_power,name:e("source.grid")}].filter(({entity:r})=>r!==void 0),o={type:"history-graph",title:e("board.power"),hours_to_show:ti,entities:n,...H},i={type:"custom:evse-ocpp-phases-card",site:s,...H};return M(n.length>0?[i,o]:[i])}function li({ids:s},t){let e=(n,o,i)=>be(s,n).map(r=>({type:"entity",entity:r,name:o,show_name:!0,visibility:[{condition:"state",entity:r,...i}]}));return[...e("site_price",t("phases.price"),{state_not:["unknown","unavailable"]}),...e("site_surplus",t("phases.surplus"),{state_not:["unknown","unavailable"]}),...e("site_dimmed",t("board.dimmed"),{state:"on"})]}function os(s,t){let e={type:"custom:evse-ocpp-sessions-card",...Ie(s),...H};return{..._e("sessions","mdi:format-list-bulleted",t),sections:[ds([e])]}}function is(s,t){let e={type:"custom:evse-ocpp-month-card",...Ie(s),...H},n={type:"custom:evse-ocpp-energy-card",period:"month",...Ie(s),...H};return{..._e("months","mdi:calendar-month",t),max_columns:2,sections:[M([e]),M([n])]}}function rs(s,t){let e={type:"custom:evse-ocpp-energy-card",period:"day",...Ie(s),...H},n=s.connectors.flatMap(({ids:d,name:p})=>be(d,"cost_total").map(m=>({entity:m,name:p}))),o=s.sites.flatMap(({ids:d,name:p})=>be(d,"site_price").map(m=>({entity:m,name:p}))),i={type:"statistics-graph",...H},r={...i,chart_type:"bar",stat_types:["change"]},a=[];if(n.length>0&&a.push({...r,title:t("board.cost_by_week"),entities:n,period:"week",days_to_show:182}),o.length>0){let d={stat_types:["mean","min","max"],chart_type:"line",period:"day",hide_legend:!0};a.push({...i,...d,title:t("board.price"),entities:o,days_to_show:ni})}let l=[M([e]),...a.length>0?[M(a)]:[]];return{..._e("costs","mdi:solar-power-variant",t),max_columns:2,sections:l}}function as(s,t){let n=[...[...s.connectors,...s.others].flatMap(({ids:a})=>be(a,...oi,...ii)),...s.sites.flatMap(({ids:a})=>be(a,...ri))],o={type:"custom:evse-ocpp-faults-card",...Ie(s),...H},i={type:"logbook",title:t("board.last_week"),target:{entity_id:[...new Set(n)]},hours_to_show:si,grid_options:{columns:"full",rows:10}},r=[M([o]),...n.length>0?[M([i])]:[]];return{..._e("faults","mdi:alert-circle-outline",t),max_columns:2,sections:r}}function ls(s){let e=`## ${s("board.none")}

${s("board.none_what")}

[${s("board.none_link")}](/config/integrations/integration/evse_ocpp)`;return{..._e("overview","mdi:ev-station",s),sections:[M([{type:"markdown",content:e,...H}])]}}function cs(s){return ds([{type:"markdown",content:s.map(t=>`- ⚠️ ${t}`).join(`
`),...H}])}function _e(s,t,e){return{title:e(`board.${s}`),path:s,icon:t,type:"sections",max_columns:Ft,sections:[]}}function M(s){return{type:"grid",cards:s}}function ds(s){return{type:"grid",column_span:Ft,cards:s}}function Ie(s){return s.chosen?{devices:s.connectors.map(({device:t})=>t)}:{}}var di={overview:ss,sessions:os,months:is,costs:rs,faults:as};function ui(s,t){let e=T(t.language),n=fe(t,s.devices),o=s.problems.map(({field:r,came:a,allowed:l,values:d})=>`${e("hint.problem",{field:r,came:a})} ${e(l,d)}`);for(let r of s.devices)n.connectors.every(({device:a})=>a!==r)&&o.push(e("board.no_device",{device:r}));let i=n.connectors.length===0?[ls(e)]:s.views.map(r=>di[r](n,e));return o.length>0&&i[0]?.sections.unshift(cs(o)),{title:e("board.title"),views:i}}var mt=class extends HTMLElement{static{this.registryDependencies=["entities","devices"]}static async generate(t,e){return ui(ns(t),e)}static getCreateSuggestions(t){return{title:T(t.language)("board.title"),icon:"mdi:ev-station"}}};Ln({"evse-ocpp-energy-card":ye,"evse-ocpp-faults-card":je,"evse-ocpp-month-card":ve,"evse-ocpp-sessions-card":O,"ll-strategy-dashboard-evse-ocpp":mt,"evse-ocpp-card":q,"evse-ocpp-card-editor":re,"evse-ocpp-limit":P});window.customCards=window.customCards??[];window.customCards.push({type:"evse-ocpp-card",name:"EVSE OCPP",description:"A wallbox: state, limit, mode, session, plan, and why.",preview:!0,getEntitySuggestion:On,documentationURL:"https://github.com/evse-ocpp/evse-ocpp"});var ht=T(document.documentElement.lang||navigator.language),pi={sessions:"board.sessions",month:"board.months",energy:"energy.title",faults:"board.faults"};for(let s of["sessions","month","energy","faults"])window.customCards.push({type:`evse-ocpp-${s}-card`,name:`EVSE OCPP: ${ht(pi[s])}`,description:ht(`${s}.card`)});window.customStrategies=window.customStrategies??[];window.customStrategies.push({type:"evse-ocpp",strategyType:"dashboard",name:ht("board.title"),description:ht("board.description"),documentationURL:"https://github.com/evse-ocpp/evse-ocpp"});
