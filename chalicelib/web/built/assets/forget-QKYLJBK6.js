import{a,b,c,d,e,f,g}from"./chunk-KJ5WAVDO.js";import"./chunk-2PHK4CTU.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
