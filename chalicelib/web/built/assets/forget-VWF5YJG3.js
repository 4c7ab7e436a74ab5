import{a,b,c,d,e,f,g}from"./chunk-S7NMDOPZ.js";import"./chunk-2HG4WELB.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
