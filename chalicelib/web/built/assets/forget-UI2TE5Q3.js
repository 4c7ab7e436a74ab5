import{a,b,c,d,e,f,g}from"./chunk-B5AMOL6K.js";import"./chunk-G5M7UUPA.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
