import{a,b,c,d,e,f,g}from"./chunk-Y7VWFMFZ.js";import"./chunk-HTZ6KOOD.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
